export const peer = async () => []
