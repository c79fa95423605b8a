/** The types of common files by their extension, for files to which the browser gives none. */

/** By family: the subtypes with their extensions, by default the subtype. */
const FAMILIES: Readonly<Record<string, string>> = {
  application: `epub+zip=epub gzip=gz json msword=doc pdf vnd.ms-excel=xls vnd.ms-powerpoint=ppt
    vnd.oasis.opendocument.presentation=odp vnd.oasis.opendocument.spreadsheet=ods
    vnd.oasis.opendocument.text=odt
    vnd.openxmlformats-officedocument.presentationml.presentation=pptx
    vnd.openxmlformats-officedocument.spreadsheetml.sheet=xlsx
    vnd.openxmlformats-officedocument.wordprocessingml.document=docx x-7z-compressed=7z xml
    zip`,
  audio: `aac mp4=m4a mpeg=mp3 ogg=oga,ogg wav`,
  image: `avif bmp gif heic heif jpeg=jpeg,jpg jxl png svg+xml=svg tiff=tif,tiff
    vnd.adobe.photoshop=psd webp`,
  text: `calendar=ics csv html=htm,html markdown=md plain=txt rtf`,
  video: `3gpp=3gp mp4 mpeg ogg=ogv quicktime=mov webm x-m4v=m4v x-matroska=mkv x-msvideo=avi`,
};

/** Returns the type; `undefined` for an extension that is not in the table. */
export function guessType(filename: string): string | undefined {
  const [, extension = ""] = /\.(\w+)$/.exec(filename.toLowerCase()) ?? [];
  for (const [type, extensions] of typesInTable()) if (extensions.includes(extension)) return type;
  return undefined;
}

/** Returns every type of the table with its extensions. */
export function* typesInTable(): Generator<readonly [type: string, extensions: readonly string[]]> {
  for (const [family, subtypes] of Object.entries(FAMILIES)) {
    for (const row of subtypes.split(/\s+/)) {
      const [subtype = "", extensions = subtype] = row.split("=");
      yield [`${family}/${subtype}`, extensions.split(",")];
    }
  }
}
