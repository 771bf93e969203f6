/**
 * Scoring threads between two versions: started ahead, with their program loaded, or given back by a version that has gone, with their code
 * compiled. A version that takes them loads in half the work, and is as fast at its first request as the one before.
 */
import { ScoringThread } from './scoring-thread.js'
import { canComeUpAgain } from './thread-priority.js'

export class ScoringReserve {
  private readonly idle: ScoringThread[] = []
  private isOpen = true
  private filled: Promise<void> | undefined

  /** Keeps at most `size` idle threads. */
  constructor(private readonly size: number) {}

  /** A thread without a bundle. */
  take(): ScoringThread {
    for (let thread = this.idle.pop(); thread; thread = this.idle.pop()) if (thread.isAlive) return thread
    return new ScoringThread({ isLow: false })
  }

  /** Takes a thread back once it has done what it was asked; one too many ends. */
  async giveBack(thread: ScoringThread): Promise<void> {
    const isKept = this.hasRoom() && (await thread.release(await canComeUpAgain()))
    // Another may have come back meanwhile.
    if (isKept && this.hasRoom()) this.idle.push(thread)
    else await thread.close()
  }

  /** Starts the threads, at low priority where they can come up again; once, since those that are lent come back. */
  fill(): Promise<void> {
    return (this.filled ??= this.start())
  }

  /** Ends the idle threads; those that are out end when they are given back. */
  async close(): Promise<void> {
    this.isOpen = false
    await Promise.all(this.idle.splice(0).map((thread) => thread.close()))
  }

  private async start(): Promise<void> {
    if (!this.hasRoom()) return
    const isLow = await canComeUpAgain()
    while (this.hasRoom()) this.idle.push(new ScoringThread({ isLow }))
  }

  private hasRoom(): boolean {
    return this.isOpen && this.idle.length < this.size
  }
}
