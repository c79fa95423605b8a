/** The extensions of common content types (IANA Media Types), read on first use. */

/** A family, and its subtypes with their extensions, the first one preferred: by default the subtype. */
const TABLE = `
application: epub+zip=epub geo+json=geojson gzip=gz java-archive=jar,war,ear json=json,map json5 ld+json=jsonld
 manifest+json=webmanifest mp4=mp4,mpg4,mp4s,m4p msword=doc,dot mxf ogg=ogx pdf pgp-encrypted=pgp
 pgp-keys=asc pgp-signature=sig,asc pkcs7-mime=p7m,p7c pkcs7-signature=p7s pkcs8=p8 pkcs10=p10 pkix-cert=cer
 postscript=ai,eps,ps rtf sql toml wasm xml=xml,xsl,xsd,rng xhtml+xml=xhtml,xht zip dicom=dcm javascript=js
 gpx+xml=gpx gml+xml=gml rss+xml=rss atom+xml=atom dash+xml=mpd
 vnd.amazon.ebook=azw vnd.android.package-archive=apk vnd.apple.keynote=key vnd.apple.numbers=numbers
 vnd.apple.pages=pages vnd.google-earth.kml+xml=kml vnd.google-earth.kmz=kmz vnd.apple.mpegurl=m3u8
 vnd.ms-excel=xls,xlm,xla,xlc,xlt,xlw vnd.ms-powerpoint=ppt,pps,pot vnd.ms-outlook=msg
 vnd.oasis.opendocument.presentation=odp vnd.oasis.opendocument.spreadsheet=ods vnd.oasis.opendocument.text=odt
 vnd.openxmlformats-officedocument.presentationml.presentation=pptx
 vnd.openxmlformats-officedocument.spreadsheetml.sheet=xlsx
 vnd.openxmlformats-officedocument.wordprocessingml.document=docx
 vnd.rar=rar vnd.visio=vsd,vst,vss,vsw,vsdx,vtx x-7z-compressed=7z x-bzip2=bz2,boz x-tar=tar
audio: 3gpp aac=adts,aac amr basic=au,snd midi=mid,midi,kar,rmi mp3 mp4=m4a,mp4a,m4b
 mpeg=mpga,mp2,mp2a,mp3,m2a,m3a ogg=oga,ogg,spx,opus wav wave=wav webm=weba x-aiff=aif,aiff,aifc x-caf=caf
 x-flac=flac x-m4a=m4a x-matroska=mka x-ms-wma=wma x-wav=wav
font: collection=ttc otf ttf woff woff2
image: apng avif bmp=bmp,dib emf gif heic heic-sequence=heics heif heif-sequence=heifs jp2=jp2,jpg2
 jpeg=jpg,jpeg,jpe jxl jxr pjpeg=jfif png svg+xml=svg,svgz tiff=tif,tiff vnd.adobe.photoshop=psd
 vnd.djvu=djvu,djv vnd.dwg=dwg vnd.dxf=dxf vnd.microsoft.icon=ico webp wmf x-icon=ico x-tga=tga
message: rfc822=eml,mime,mht,mhtml
model: 3mf gltf+json=gltf gltf-binary=glb iges=igs,iges mtl obj step=step,stp,stpnc,p21,210 stl vnd.usdz+zip=usdz
text: calendar=ics,ifb css csv html=html,htm,shtml javascript=js,mjs markdown=md,markdown
 plain=txt,text,conf,def,list,log,in,ini rtf tab-separated-values=tsv turtle=ttl vcard vtt xml yaml=yaml,yml
video: 3gpp=3gp,3gpp 3gpp2=3g2 h261 h263 h264 jpeg=jpgv mj2=mj2,mjp2 mp2t=ts,m2t,m2ts,mts
 mp4=mp4,mp4v,mpg4 mpeg=mpeg,mpg,mpe,m1v,m2v ogg=ogv quicktime=qt,mov webm x-flv=flv x-m4v=m4v
 x-matroska=mkv,mk3d,mks x-ms-wmv=wmv x-msvideo=avi`;

type Extensions = readonly [string, ...string[]];

/** Of the types that were asked for: a new isolate reads no more of the table than it needs. */
const known = new Map<string, Extensions>();

/** Returns the extensions of a type, the preferred one first; `undefined` for a type that is not in the table. */
export function extensionsOf(contentType: string): Extensions | undefined {
  const earlier = known.get(contentType);
  if (earlier) return earlier;
  const slash = contentType.indexOf("/");
  const subtype = contentType.slice(slash + 1);
  const row = subtypesOf(contentType.slice(0, slash)).find(
    (one) => one === subtype || one.startsWith(`${subtype}=`),
  );
  if (row === undefined) return undefined;
  const [, found] = readRow(row);
  known.set(contentType, found);
  return found;
}

/** Returns the types that have the extension. */
export function typesOf(extension: string): readonly string[] {
  return [...rows()].flatMap(([type, extensions]) =>
    extensions.includes(extension) ? [type] : [],
  );
}

/** Returns every row of the table. */
export function* rows(): Generator<readonly [string, Extensions]> {
  for (const [, family = ""] of TABLE.matchAll(/^(\w+):/gm)) {
    for (const [subtype, extensions] of subtypesOf(family).map(readRow))
      yield [`${family}/${subtype}`, extensions];
  }
}

function subtypesOf(family: string): readonly string[] {
  const start = TABLE.indexOf(`\n${family}: `);
  if (start < 0) return [];
  const [text = ""] = TABLE.slice(start + family.length + 3).split(/\n(?! )/, 1);
  return text.trim().split(/\s+/);
}

function readRow(row: string): readonly [string, Extensions] {
  const [subtype = "", extensions] = row.split("=");
  const [first = subtype, ...others] = extensions?.split(",") ?? [];
  return [subtype, [first, ...others]];
}
