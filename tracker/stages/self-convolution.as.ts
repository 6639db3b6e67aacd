export function forgetLines(): void {}
