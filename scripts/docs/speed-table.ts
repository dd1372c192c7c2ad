import { insertBlock, tableHead, tableRow } from './marked-block.ts';
import { goalText, isMeasured, type Outcome, type SpeedFigures, valueText } from './speed-figures.ts';

const BLOCK = { name: 'speed', command: 'npm run docs:speed' };
/** In load average of the minute before, for each core. */
const MAX_QUIET_LOAD = 0.5;

/** Inserts the table of what the bench measured between the two marks of README. @throws when a mark is missing */
export const insertSpeed = (page: string, figures: SpeedFigures): string =>
  insertBlock(page, BLOCK, `${speedTable(figures.outcomes)}\n\n${originOf(figures)}`);

function speedTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { what, value, detail, isReached, example = '' } = outcome;
    const measured = detail ? `${valueText(outcome)} (${detail})` : valueText(outcome);
    const shown = isMeasured(value) ? measured : 'not measured';
    return tableRow(what, shown, goalText(outcome), isMeasured(value) ? (isReached ? 'yes' : 'no') : '', example);
  });
  return [tableHead('what', 'measured', 'goal', 'reached', 'the example'), ...rows].join('\n');
}

/** Which run figures come from, and whether they can be relied on. */
export function originOf({ command, machine }: Pick<SpeedFigures, 'command' | 'machine'>): string {
  const { cores, processor, load, date } = machine;
  const isQuiet = load <= MAX_QUIET_LOAD * cores;
  const warning = isQuiet
    ? ''
    : ` **Others used the machine (load ${load.toFixed(1)}), so times and rates are worse than they are; counts hold.**`;
  return `From \`${command.trim()}\` on ${cores} cores (${processor}), ${date.slice(0, 10)}.${warning}`;
}
