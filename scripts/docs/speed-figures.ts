/** What bench/results/latest.json has for pages; `npm run bench` writes it. */
export interface SpeedFigures {
  command: string;
  machine: { cores: number; processor: string; load: number; date: string };
  /** The goals of the bench, each with what was measured. */
  outcomes: readonly Outcome[];
  costs: readonly RequestCost[];
}

export interface Outcome {
  what: string;
  unit: string;
  /** Undefined or null: not measured. */
  value?: number | null;
  /** More about the value. */
  detail?: string;
  atLeast?: number;
  atMost?: number;
  isReached: boolean;
  /** The figure of the Express + RabbitMQ example, with its unit. */
  example?: string;
}

/** Processor time of a request, all processes of a shop together. */
export interface RequestCost {
  /** embedded, single or cluster. */
  target: string;
  request: 'order' | 'two cart updates' | 'both';
  /** Ms by kind of process: shop, api, customer, product, shopping, mongo, nats. */
  cpuMs: Readonly<Record<string, number>>;
}

export const isMeasured = (value: number | null | undefined): value is number =>
  value !== undefined && value !== null && !Number.isNaN(value);

/** With three figures, or all before the decimal point. */
export function shortNumber(value: number): string {
  const digits = value === 0 || Number.isInteger(value) ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString('en', { maximumFractionDigits: Math.min(digits, 2) });
}

export function goalText({ atLeast, atMost, unit }: Outcome): string {
  const bound = atLeast === undefined ? `≤ ${shortNumber(atMost ?? Number.NaN)}` : `≥ ${shortNumber(atLeast)}`;
  return withUnit(bound, unit);
}

export const valueText = ({ value, unit }: Outcome): string =>
  isMeasured(value) ? withUnit(shortNumber(value), unit) : '';

const withUnit = (text: string, unit: string): string =>
  unit === '' || unit.startsWith('/') ? `${text}${unit}` : `${text} ${unit}`;
