/** Renders docs/faults.md from the catalogue, so that the page and the expert say the same. */
import { catalogue, type Entry, UNKNOWN_ID } from './catalogue.ts';

const HEAD = `# Faults and complaints

Generated from \`models/faults/catalogue.json\` by \`npm run train -- --docs\`; edit the catalogue, not this page.
The *faults* expert can say these texts and no others. It never replaces the devices that protect the unit, nor an installer:
the refrigerant circuit is for certified people only.

**F30 is wrong until the next training:** there are no safe defaults; with a refused configuration the unit does not start (exit 2).
`;

const section = (entry: Entry): string => {
  const codes = entry.codes.length ? ` (${entry.codes.join(', ')})` : '';
  const said = [...entry.symptoms.en.slice(0, 3), ...entry.symptoms.de.slice(0, 2)].map((s) => `"${s}"`).join(', ');
  const line = (language: 'en' | 'de'): string => `${entry[language].cause} **${entry[language].remedy}**`;
  return `## ${entry.id} ${entry.en.title} / ${entry.de.title}${codes}

Asked as: ${said}

- ${line('en')}
- ${line('de')}
`;
};

export const faultsPage = (): string => [HEAD, ...catalogue.filter((e) => e.id !== UNKNOWN_ID).map(section)].join('\n');
