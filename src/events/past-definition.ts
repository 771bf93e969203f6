/** Something that happened, with the moment from which it was known. */
export interface PastEvent {
  readonly user: string
  readonly item: string
  readonly moment: number
  /** `null`: an impression. */
  readonly kind: string | null
}
