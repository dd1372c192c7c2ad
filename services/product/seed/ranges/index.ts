import type { Range } from '../range.ts';
import { audio } from './audio.ts';
import { bags } from './bags.ts';
import { bedAndBath } from './bed-and-bath.ts';
import { camping } from './camping.ts';
import { coffeeAndTea } from './coffee-and-tea.ts';
import { cookware } from './cookware.ts';
import { desk } from './desk.ts';
import { games } from './games.ts';
import { garden } from './garden.ts';
import { hardware } from './hardware.ts';
import { kitchenAppliances } from './kitchen-appliances.ts';
import { knitwear } from './knitwear.ts';
import { lighting } from './lighting.ts';
import { outerwear } from './outerwear.ts';
import { tableware } from './tableware.ts';

/** All ranges, in the order of the shop's menu. */
export const ranges: readonly Range[] = [
  knitwear,
  outerwear,
  bags,
  bedAndBath,
  lighting,
  desk,
  cookware,
  tableware,
  coffeeAndTea,
  kitchenAppliances,
  audio,
  games,
  camping,
  garden,
  hardware,
];
