const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A number with this many decimals and a true minus sign; a dash for NaN. */
export function formatFixed(value: number, decimals: number): string {
  if (!Number.isFinite(value)) return '–';
  const text = value.toFixed(decimals);
  if (!text.startsWith('-')) return text;
  return Number(text) === 0 ? text.slice(1) : `−${text.slice(1)}`;
}

/** A count in groups of three digits. */
export function formatCount(count: number): string {
  return GROUPED.format(count);
}
