/** 1,234,567 */
export const countText = (count: number): string => Math.round(count).toLocaleString('en-US')
