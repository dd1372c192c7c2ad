/** A picture of a product, as it is kept: its files are named by its content (media.ts). */
export interface Image {
  /** The SHA-256 of what was uploaded, in base64url. */
  id: string;
  /** What it shows, for who cannot see it. */
  alt: string;
  /** Of what was uploaded, in pixels. */
  width: number;
  height: number;
  /** The widths that it can be had in, ascending. */
  widths: number[];
}
