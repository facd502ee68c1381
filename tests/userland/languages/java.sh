# root: Java: javac and the machine with its own compiler: threads, the collector, faults that are exceptions, sockets
cd "$1"
export PATH=$PATH:/usr/lib/jvm/java-17-openjdk-armhf/bin
javac Main.java && java -cp . Main
java -Xint -version 2>&1 | sed -n 's/.*(.*mode.*/interpreted/p'
