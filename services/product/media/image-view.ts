import type { Image } from './image.ts';

/** An image as shoppers see it: the same picture in several widths, each under an address that never changes. */
export const imageView = ({ id, alt, width, height, widths }: Image) => ({
  id,
  alt,
  width,
  height,
  sources: widths.map((width) => ({ width, url: `/media/${id}/${width}.webp` })),
});
