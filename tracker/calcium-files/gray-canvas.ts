/** Letters of 3 x 5 px, the bits of a row as an octal digit, top row first. */
const LETTERS: Record<string, string> = {
  '0': '75557',
  '1': '26227',
  '2': '71747',
  '3': '71717',
  '4': '55711',
  '5': '74717',
  '6': '74757',
  '7': '71122',
  '8': '75757',
  '9': '75717',
  '-': '00700',
  '+': '02720',
  '.': '00002',
  e: '07747',
  s: '03636',
};

const [LETTER_COLUMNS, LETTER_ROWS] = [3, 5];

/** A gray picture that is drawn on; what lies outside is left out. */
export class GrayCanvas {
  readonly width: number;
  readonly height: number;
  /** [row, column] */
  readonly pixels: Uint8Array;

  constructor(width: number, height: number, background: number) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height).fill(background);
  }

  /** Width of a text, px. */
  static textWidth(text: string, scale: number): number {
    return Math.max(0, text.length * (LETTER_COLUMNS + 1) - 1) * scale;
  }

  /** Height of a line of text, px. */
  static textHeight(scale: number): number {
    return LETTER_ROWS * scale;
  }

  rectangle(left: number, top: number, width: number, height: number, gray: number): void {
    for (let y = Math.max(0, top); y < Math.min(this.height, top + height); y++) {
      const row = y * this.width;
      this.pixels.fill(gray, row + Math.max(0, left), row + Math.min(this.width, Math.max(0, left + width)));
    }
  }

  /** A straight line of so many px from one point to another, both included. */
  line(fromX: number, fromY: number, toX: number, toY: number, thickness: number, gray: number): void {
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(toX - fromX), Math.abs(toY - fromY))));
    for (let step = 0; step <= steps; step++) {
      const x = Math.round(fromX + ((toX - fromX) * step) / steps);
      const y = Math.round(fromY + ((toY - fromY) * step) / steps);
      this.rectangle(x, y, thickness, thickness, gray);
    }
  }

  /** Digits and what numbers have besides; other letters stay empty. */
  text(text: string, left: number, top: number, scale: number, gray: number): void {
    for (const [at, letter] of [...text].entries()) {
      for (const [row, bits] of [...(LETTERS[letter] ?? '')].entries()) {
        for (let column = 0; column < LETTER_COLUMNS; column++) {
          if ((Number(bits) & (4 >> column)) === 0) continue;
          const x = left + (at * (LETTER_COLUMNS + 1) + column) * scale;
          this.rectangle(x, top + row * scale, scale, scale, gray);
        }
      }
    }
  }
}
