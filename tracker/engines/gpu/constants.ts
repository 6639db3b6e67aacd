import { type Plan, stageNamed } from '#stages/plan.ts';

/** Numbers of the stages of a kernel. */
export interface StageConstants {
  /** WGSL that declares them. */
  declarations: string[];
  /** Elements of scratch that the stages need, those aside that every kernel has. */
  scratchLength: number;
  /** Statements that give those that are not alike in every call the values of these steps. */
  settings(steps: Plan): string[];
}

/**
 * Numbers of the stages of a kernel that runs several plans. What is the same in all of them is a constant, so that
 * the compiler knows it; the rest are variables of f32, at first as the first plan has them, and the texts say where
 * they want whole numbers.
 */
export function stageConstants(plans: readonly Plan[], size: number): StageConstants {
  const valuesOf = (steps: Plan) =>
    Object.assign({}, ...steps.map(({ stage, params }) => stageNamed(stage).constants(params, size)));
  const sets: Record<string, number>[] = plans.map(valuesOf);
  const scratchLength = Math.max(
    0,
    ...plans.flat().map(({ stage, params }) => {
      return stageNamed(stage).constants(params, size).scratchLength ?? 0;
    }),
  );
  const names = [...new Set(sets.flatMap((set) => Object.keys(set)))].filter(
    (name) => name !== 'scratchLength',
  );
  const given = (name: string) =>
    sets.flatMap((set) => {
      const value = set[name];
      return value === undefined ? [] : [value];
    });
  const varying = new Set(names.filter((name) => new Set(given(name)).size > 1));
  return {
    scratchLength,
    declarations: names.map((name) => {
      const value = given(name)[0]!;
      return varying.has(name) ? `var<private> ${name}: f32 = ${value};` : `const ${name} = ${value};`;
    }),
    settings: (steps) =>
      Object.entries<number>(valuesOf(steps))
        .filter(([name]) => varying.has(name))
        .map(([name, value]) => `${name} = ${value};`),
  };
}
