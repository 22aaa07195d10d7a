type Color = { light: string; dark: string };

/** Light and dark by the reader's own setting: GitHub shows the image in an `<img>`, where media queries work. */
export const COLORS = {
  ours: { light: '#0969da', dark: '#4493f8' },
  learned: { light: '#1a7f37', dark: '#3fb950' },
  peer: { light: '#bc4c00', dark: '#f0883e' },
  floor: { light: '#6e7781', dark: '#8b949e' },
} satisfies Record<string, Color>;

/** `description` is the chart in words, `colors` the classes that `content` fills or, with `-line`, strokes. */
export type Picture = { title: string; description?: string; width: number; height: number; left: number };

/** An SVG document without scripts, fonts or links to elsewhere. */
export function svgDocument(picture: Picture, colors: Record<string, Color>, content: string[]): string {
  const { title, description, width, height, left } = picture;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeText(title)}">`,
    ...(description === undefined ? [] : [`<desc>${escapeText(description)}</desc>`]),
    styleSheet(colors),
    `<rect class="paper" width="${width}" height="${height}" rx="8"/>`,
    text({ x: left, y: 30, kind: 'title', anchor: 'start' }, title),
    ...content,
    '</svg>',
    '',
  ].join('\n');
}

function styleSheet(colors: Record<string, Color>): string {
  const rules = (theme: keyof Color) =>
    Object.entries(colors)
      .map(([name, color]) => `.${name}{fill:${color[theme]}}.${name}-line{stroke:${color[theme]}}`)
      .join('');
  return `<style>
text{font:13px system-ui,sans-serif;fill:#1f2328}.title{font-size:17px;font-weight:600}.note{font-size:12px;fill:#59636e}
.paper{fill:#ffffff}.grid{stroke:#d1d9e0;stroke-width:1}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}${rules('light')}
@media (prefers-color-scheme:dark){text{fill:#f0f6fc}.note{fill:#9198a1}.paper{fill:#0d1117}.grid{stroke:#3d444d}${rules('dark')}}
</style>`;
}

type TextPlace = { x: number; y: number; kind: string; anchor: 'start' | 'middle' | 'end' };

export function text({ x, y, kind, anchor }: TextPlace, content: string): string {
  return `<text class="${kind}" x="${x}" y="${y}" text-anchor="${anchor}">${escapeText(content)}</text>`;
}

/** A row of coloured dots with names at the height `y`. */
export function legend(entries: { name: string; color: string }[], left: number, y: number): string[] {
  let x = left;
  return entries.flatMap(({ name, color }) => {
    const at = x;
    x += 30 + name.length * 7;
    return [
      `<circle class="${color}" cx="${at + 6}" cy="${y - 4}" r="5"/>`,
      text({ x: at + 17, y, kind: 'note', anchor: 'start' }, name),
    ];
  });
}

/** To a tenth of a pixel. */
export const round = (value: number) => Math.round(value * 10) / 10;
export const escapeText = (content: string) =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
