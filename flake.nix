{
  description = "stinkarm, an ARM emulator for x86-64 Linux";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.05";

  outputs = { self, nixpkgs }:
    let
      system = "x86_64-linux";
      pkgs = nixpkgs.legacyPackages.${system};
      armhf = pkgs.pkgsCross.armv7l-hf-multiplatform;
    in
    {
      packages.${system} = rec {
        stinkarm = pkgs.pkgsMusl.stdenv.mkDerivation {
          pname = "stinkarm";
          version = "0.1.0";
          src = self;
          # The generator of the decoder's tables runs during the build.
          makeFlags = [ "CC=cc" "HOSTCC=cc" "LIBC=musl" "PREFIX=${placeholder "out"}" ];
          enableParallelBuilding = true;
          hardeningDisable = [ "all" ];
          meta = {
            description = "Runs 32-bit ARM Linux programs on x86-64 Linux";
            license = pkgs.lib.licenses.mit;
            platforms = [ system ];
            mainProgram = "stinkarm";
          };
        };
        default = stinkarm;
      };

      devShells.${system}.default = pkgs.mkShell {
        packages = with pkgs; [
          gnumake
          musl.dev
          clang
          clang-tools
          criterion
          gcc-arm-embedded
          binutils
          qemu
          gdb
          hyperfine
          perf-tools
          armhf.stdenv.cc
        ];
      };

      formatter.${system} = pkgs.nixpkgs-fmt;
    };
}
