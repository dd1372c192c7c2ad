/**
 * Whether a field of this name does harm: it changes the prototype of what it is merged into, or hides what every object
 * has, so that `String(value)` or `value.hasOwnProperty(…)` throws.
 */
export const isUnsafeName = (name: string): boolean => name === 'prototype' || name in Object.prototype;
