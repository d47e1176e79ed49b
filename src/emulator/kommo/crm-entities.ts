/** Times are seconds, as on the wire. */
export interface Contact {
  id: number;
  account_id: number;
  name: string;
  phones: string[];
  emails: string[];
  responsible_user_id: number;
  created_at: number;
  updated_at: number;
}

export interface Lead {
  id: number;
  account_id: number;
  name: string;
  price: number;
  pipeline_id: number;
  status_id: number;
  contact_ids: number[];
  responsible_user_id: number;
  created_at: number;
  updated_at: number;
  closed_at: number | null;
}

/** An incoming lead that nobody has accepted yet; its lead stands in the pipeline's first status. */
export interface Unsorted {
  uid: string;
  account_id: number;
  source_uid: string;
  source_name: string;
  category: 'chats';
  pipeline_id: number;
  created_at: number;
  lead_id: number;
  contact_id: number;
  chat_id: string;
  /** The channel's code. */
  service: string;
  last_message_text: string;
}
