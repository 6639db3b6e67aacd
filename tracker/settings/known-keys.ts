import { z } from 'zod';

/** Keys that a schema knows at a path. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const at = path.reduce<z.ZodType>((type, key) => {
    const outer = plain(type);
    return outer instanceof z.ZodObject ? outer.shape[String(key)] : (outer as z.ZodRecord).valueType;
  }, schema);
  const inner = plain(at);
  if (inner instanceof z.ZodObject) return Object.keys(inner.shape);
  return ((inner as z.ZodRecord).keyType as z.ZodEnum).options.map(String);
}

/** A type without what is said of its absence. */
function plain(type: z.ZodType): z.ZodType {
  const isWrapped =
    type instanceof z.ZodOptional || type instanceof z.ZodDefault || type instanceof z.ZodPrefault;
  return isWrapped ? plain(type.unwrap() as z.ZodType) : type;
}
