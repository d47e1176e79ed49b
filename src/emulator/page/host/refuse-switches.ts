import { refuseSwitch, SWITCHES, type Switches } from '../../kommo/switches.ts';
import { HOST_SWITCHES, hostSwitchValues, REFUSED_COMBINATIONS } from './host-switches.ts';

/**
 * Why switches cannot be set like this: an unknown name, an option that is none, or a combination that no source supports.
 *
 * @param changes what is to be set
 * @param current what is set already; the page's other switches have their defaults
 * @returns a line for each reason; none if all is well
 */
export function refuseSwitches(changes: Switches, current: Switches = {}): string[] {
  const faults = Object.entries(changes).flatMap(([name, value]) => refuseOne(name, value) ?? []);
  if (faults.length > 0) return faults;
  const all = hostSwitchValues({ ...current, ...changes });
  return REFUSED_COMBINATIONS.filter(({ when }) =>
    Object.entries(when).every(([name, option]) => all[name] === option),
  ).map(({ when, why }) => `${named(when)}: ${why}`);
}

function refuseOne(name: string, value: unknown): string | undefined {
  if (Object.hasOwn(SWITCHES, name)) return refuseSwitch(name, value);
  const own = HOST_SWITCHES.find((one) => one.name === name);
  if (own === undefined) return `${name}: there is no such switch`;
  if (own.options.some((option) => option === value)) return undefined;
  return `${name}: one of ${own.options.map((option) => `"${option}"`).join(', ')} is expected`;
}

function named(when: Record<string, string>): string {
  const parts = Object.entries(when).map(([name, option]) => `${name}="${option}"`);
  return parts.join(' with ');
}
