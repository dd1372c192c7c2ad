/**
 * The figures of another shop: an Express + RabbitMQ example of microservices in six processes, which does about a quarter of
 * what an order means here. Measured once beside this shop, in one run on 2 cores with 16 connections and orders of two
 * lines. They are of that machine: compare them with runs on one like it.
 */
export const EXAMPLE = {
  productsPerS: 794,
  listsPerS: 262,
  cartUpdatesPerS: 161,
  ordersPerS: 130,
  loginsPerS: 21,
  /** Resident memory of all six processes. */
  memoryMb: 720,
} as const;
