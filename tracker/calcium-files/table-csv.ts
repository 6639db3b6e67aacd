import { columnOf, type NumberTable, numberTable } from '#calcium/number-table.ts';
import { StackError } from '#protocol/errors.ts';

/** Text of a table: names in the first line, a row a line; NaN is an empty cell. */
export function tableToCsv(table: NumberTable): string {
  const columns = Object.entries(table.columns);
  const lines = [columns.map(([name]) => name).join(',')];
  for (let row = 0; row < table.rows; row++) {
    lines.push(columns.map(([, values]) => (Number.isNaN(values[row]) ? '' : `${values[row]}`)).join(','));
  }
  return `${lines.join('\n')}\n`;
}

/**
 * Reads a table of numbers with names in the first line; commas, semicolons or tabs. Columns are float64, those of
 * whole numbers that fit int32; an empty cell is NaN.
 * @throws {StackError} naming line and column of what is no number
 */
export function tableFromCsv(text: string, name = 'csv'): NumberTable {
  const [header = '', ...lines] = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const separator = ['\t', ';'].find((each) => header.includes(each)) ?? ',';
  const cellsOf = (line: string) =>
    line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const names = cellsOf(header.replace(/^#\s*/, ''));
  const columns = names.map(() => new Float64Array(lines.length));
  for (const [row, line] of lines.entries()) {
    const cells = cellsOf(line);
    if (cells.length !== names.length) {
      const where = `${name} line ${row + 2}`;
      throw new StackError({ where, expected: `${names.length} cells`, received: `${cells.length}` });
    }
    for (const [at, cell] of cells.entries()) {
      const value = cell === '' || cell.toLowerCase() === 'nan' ? Number.NaN : Number(cell);
      if (Number.isNaN(value) && cell !== '' && cell.toLowerCase() !== 'nan') {
        const where = `${name} line ${row + 2}, ${names[at]}`;
        throw new StackError({ where, expected: 'a number', received: `'${cell}'` });
      }
      columns[at]![row] = value;
    }
  }
  return typed(numberTable(Object.fromEntries(names.map((each, at) => [each, columns[at]!]))));
}

/** Whole columns as int32, so that frames stay frames when the table is saved for NumPy. */
function typed(table: NumberTable): NumberTable {
  const columns = Object.keys(table.columns).map((name) => {
    const values = columnOf(table, name);
    const isWhole = values.every((value) => Object.is(value | 0, value));
    return [name, isWhole ? Int32Array.from(values) : values];
  });
  return { rows: table.rows, columns: Object.fromEntries(columns) };
}
