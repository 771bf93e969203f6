/** The registry as it is now; before the first publication there is none, and that is no fault. */
import { WideDeepError } from '../../base/index.js'
import { openRegistry } from '../../registry/index.js'
import type { Registry } from '../../registry/index.js'
import { registryDirectory } from '../publish.js'

type State = ReturnType<Registry['state']>

export function registryNow(named: string | undefined): State | null {
  try {
    return openRegistry(registryDirectory(named)).state()
  } catch (error) {
    if (error instanceof WideDeepError && error.code === 'REGISTRY_MISSING') return null
    throw error
  }
}
