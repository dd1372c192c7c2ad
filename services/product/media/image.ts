/** A stored picture of a product. Its files are named by the hash of its content (picture.ts). */
export interface Image {
  /** SHA-256 of the uploaded file, in base64url. */
  id: string;
  /** Alternative text, for people who cannot see the picture. */
  alt: string;
  /** Of the uploaded picture, in pixels. */
  width: number;
  height: number;
  /** Stored widths in pixels, ascending. */
  widths: number[];
}
