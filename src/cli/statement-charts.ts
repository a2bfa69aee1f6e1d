/**
 * Statement charts: drawings for the printed page, as inline SVG; nothing is fetched, nothing runs.
 */

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

export interface Bar {
  readonly label: string;
  /** One on top of the other, from the bottom. */
  readonly values: readonly number[];
}

export interface Series {
  readonly name: string;
  readonly colour: string;
}

const WIDTH = 700;
const HEIGHT = 170;
const LEFT = 46;
const BOTTOM = 22;
const TOP = 18;
/** Longest bars' room beside their label and figure. */
const ROW = 17;
const LABEL = 190;

/** Two decimals at most, so that a drawing is the same wherever it is made. */
function at(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** The least round number not below `most`: 1, 2 or 5 and zeros. */
export function roundUp(most: number): number {
  let step = 1;
  while (step < most) {
    for (const factor of [2, 2.5, 2]) {
      if (step >= most) break;
      step *= factor;
    }
  }
  return step;
}

/** Upright bars, a bar a day. */
export function dayChart(series: readonly Series[], bars: readonly Bar[]): string {
  if (bars.length === 0) return "";
  const most = roundUp(Math.max(1, ...bars.map((bar) => bar.values.reduce((sum, value) => sum + value, 0))));
  const height = HEIGHT - TOP - BOTTOM;
  const step = (WIDTH - LEFT) / bars.length;
  const width = Math.min(step * 0.7, 40);
  const parts: string[] = [];
  for (const share of [0, 0.5, 1]) {
    const y = at(TOP + height * (1 - share));
    parts.push(`<line x1="${LEFT}" y1="${y}" x2="${WIDTH}" y2="${y}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 4}" y="${y}" dy="3" text-anchor="end">${String(most * share)}</text>`);
  }
  bars.forEach((bar, index) => {
    const x = LEFT + step * index + (step - width) / 2;
    let y = TOP + height;
    bar.values.forEach((value, which) => {
      const tall = (value / most) * height;
      if (tall <= 0) return;
      y -= tall;
      parts.push(`<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(tall)}" fill="${series[which]?.colour ?? "#888"}"/>`);
    });
    // Labels must not run into each other.
    if (index % Math.ceil(bars.length / 16) === 0) {
      parts.push(`<text x="${at(x + width / 2)}" y="${HEIGHT - BOTTOM + 13}" text-anchor="middle">${escapeHtml(bar.label)}</text>`);
    }
  });
  let x = LEFT;
  for (const { name, colour } of series) {
    parts.push(`<rect x="${x}" y="2" width="9" height="9" fill="${colour}"/><text x="${x + 13}" y="10">${escapeHtml(name)}</text>`);
    x += 110;
  }
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img">${parts.join("")}</svg>`;
}

/** Lying bars, the longest of them first; at most `most`. */
export function listChart(colour: string, rows: readonly { readonly label: string; readonly value: number }[], most = 12): string {
  const shown = rows.slice(0, most);
  const longest = Math.max(1, ...shown.map(({ value }) => value));
  if (shown.length === 0) return "";
  const parts = shown.map(({ label, value }, index) => {
    const y = index * ROW;
    const width = (value / longest) * (WIDTH - LABEL - 80);
    const text = label.length > 28 ? `${label.slice(0, 27)}…` : label;
    return `<text x="${LABEL - 6}" y="${y + 12}" text-anchor="end">${escapeHtml(text)}</text><rect x="${LABEL}" y="${y + 3}" width="${at(Math.max(width, 1))}" height="11" fill="${colour}"/>` +
      `<text x="${at(LABEL + Math.max(width, 1) + 5)}" y="${y + 12}">${value}</text>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${shown.length * ROW + 4}" role="img">${parts.join("")}</svg>`;
}
