/** Host time, ns since 1970: monotonic within a process, good to about a microsecond. */
export function nowNs(): bigint {
  return (
    BigInt(Math.round(performance.timeOrigin * 1e3)) * 1000n + BigInt(Math.round(performance.now() * 1e6))
  );
}
