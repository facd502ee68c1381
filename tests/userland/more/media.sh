# root: codecs, which find out what the processor can do and have much assembly
cd "$1"
export LD_LIBRARY_PATH=/usr/lib/arm-linux-gnueabihf/blas:/usr/lib/arm-linux-gnueabihf/lapack:/usr/lib/arm-linux-gnueabihf/pulseaudio
for codec in libx264 libx265 libvpx-vp9 mpeg4 ffv1; do
    ffmpeg -v error -y -f lavfi -i testsrc=duration=1:size=160x120:rate=10 -c:v $codec -threads 2 -x265-params log-level=none a.mkv </dev/null && echo "$codec: $(ffmpeg -v error -i a.mkv -f framecrc - </dev/null 2>&1 | grep -c '^0,') frames"
done
for codec in libopus libmp3lame flac aac libvorbis; do
    ffmpeg -v error -y -f lavfi -i sine=duration=1 -c:a $codec a.mka </dev/null && echo "$codec: $(ffmpeg -v error -i a.mka -f null - </dev/null 2>&1 | wc -l) complaints"
done
# What is decoded without loss is what went in.
ffmpeg -v error -y -f lavfi -i testsrc=duration=1:size=320x200:rate=10 -c:v libx264 -qp 0 a.mkv </dev/null
ffmpeg -v error -i a.mkv -pix_fmt yuv444p -f md5 - </dev/null
ffmpeg -v error -f lavfi -i testsrc=duration=1:size=320x200:rate=10 -pix_fmt yuv444p -f md5 - </dev/null
convert-im6.q16 rose: -resize 35x23 -rotate 90 rose.png && identify-im6.q16 -format '%wx%h %m\n' rose.png
gs -q -dNODISPLAY -dBATCH -c '(ghostscript) =' </dev/null
