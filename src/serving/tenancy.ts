/** One thing in use at a time: it is replaced at once, and what was replaced is closed when its last user is done. */
export interface Tenancy<T extends { close(): Promise<void> }> {
  current(): T | null
  /** Uses what is current; while it is used it is not closed. */
  use<R>(act: (one: T) => Promise<R>): Promise<R>
  /** From now on `next` is used; resolves when what was there is closed, or will be by its last user. */
  replace(next: T): Promise<void>
  /** The current one, and those that still have users. */
  open(): readonly T[]
  /** Closes what is there once nobody uses it. */
  close(): Promise<void>
}

interface Tenant<T> {
  readonly one: T
  users: number
  isRetired: boolean
}

export function createTenancy<T extends { close(): Promise<void> }>(): Tenancy<T> {
  const tenants = new Set<Tenant<T>>()
  let current: Tenant<T> | null = null
  const endIfIdle = async (tenant: Tenant<T>): Promise<void> => {
    if (tenant.isRetired && tenant.users === 0 && tenants.delete(tenant)) await tenant.one.close()
  }
  const retire = async (tenant: Tenant<T> | null): Promise<void> => {
    if (!tenant) return
    tenant.isRetired = true
    await endIfIdle(tenant)
  }
  return {
    current: () => current?.one ?? null,
    async use(act) {
      const tenant = current
      if (!tenant) throw new Error('internal: nothing is there to be used')
      tenant.users++
      try {
        return await act(tenant.one)
      } finally {
        tenant.users--
        await endIfIdle(tenant)
      }
    },
    async replace(next) {
      const before = current
      current = { one: next, users: 0, isRetired: false }
      tenants.add(current)
      await retire(before)
    },
    open: () => [...tenants].map(({ one }) => one),
    async close() {
      const last = current
      current = null
      await retire(last)
    },
  }
}
