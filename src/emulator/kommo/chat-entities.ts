/** A client, user or bot of a chat; `id` is Kommo's, `client_id` ours. */
export interface ChatUser {
  id: string;
  client_id: string | null;
  name: string;
  avatar: string;
  phone: string;
  email: string;
}

export interface Message {
  id: string;
  client_id: string | null;
  sender: ChatUser;
  receiver: ChatUser | null;
  timestamp: number;
  msec_timestamp: number;
  message: Record<string, unknown>;
  delivery: { status: number; error_code: number | null; error: string | null } | null;
  reactions: { user_id: string; emoji: string }[];
  is_silent: boolean;
  source_external_id: string | null;
}

export interface Chat {
  id: string;
  scope_id: string;
  conversation_id: string | null;
  source_external_id: string | null;
  user: ChatUser;
  messages: Message[];
}

export interface ContactChat {
  id: number;
  account_id: number;
  contact_id: number;
  chat_id: string;
}
