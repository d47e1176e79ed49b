type Payload = Record<string, unknown>;

/** Where oidc-provider keeps its records, as it wants an adapter; one store for each provider. */
export function createOidcStore(): (model: string) => object {
  const records = new Map<string, Payload>();
  const find = (wanted: (payload: Payload) => boolean) => [...records.values()].find(wanted);

  return (model) => ({
    upsert: async (id: string, payload: Payload) => {
      records.set(`${model} ${id}`, payload);
    },
    find: async (id: string) => records.get(`${model} ${id}`),
    findByUid: async (uid: string) => find((payload) => payload.uid === uid),
    findByUserCode: async (userCode: string) => find((payload) => payload.userCode === userCode),
    consume: async (id: string) => {
      const payload = records.get(`${model} ${id}`);
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id: string) => {
      records.delete(`${model} ${id}`);
    },
    revokeByGrantId: async (grantId: string) => {
      for (const [key, payload] of records) if (payload.grantId === grantId) records.delete(key);
    },
  });
}
