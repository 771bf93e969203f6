/** A meeting point of threads: none goes on before all have come. */

/** The integers of a barrier in shared memory: who has come, how often all had, whether someone never will. */
const [arrived, generation, broken] = [0, 1, 2]

/** Thrown at a meeting that will never be complete. */
export class Abandoned extends Error {}

export interface Barrier {
  /** Returns once all parties have called it, and what they wrote before is seen; throws `Abandoned` where one never will. */
  meet(): void
  /** Lets everybody go who waits, and whoever would. */
  abandon(): void
}

/** Memory of a barrier, to hand to every thread. */
export const barrierMemory = (): SharedArrayBuffer => new SharedArrayBuffer(12)

/** Opens a barrier of so many parties. */
export function openBarrier(memory: SharedArrayBuffer, parties: number): Barrier {
  const state = new Int32Array(memory)
  const release = (): void => {
    Atomics.add(state, generation, 1)
    Atomics.notify(state, generation)
  }
  return {
    meet() {
      const current = Atomics.load(state, generation)
      if (Atomics.add(state, arrived, 1) + 1 === parties) {
        Atomics.store(state, arrived, 0)
        release()
      } else {
        while (Atomics.load(state, generation) === current && Atomics.load(state, broken) === 0)
          Atomics.wait(state, generation, current)
      }
      if (Atomics.load(state, broken) === 1) throw new Abandoned('internal: a part of the step has failed')
    },
    abandon() {
      Atomics.store(state, broken, 1)
      release()
    },
  }
}
