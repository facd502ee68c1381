# Single steps: through exclusives, which must succeed, IT blocks, supervisor calls, and branches; in ARM and Thumb code.
# ignore: ^0x|^Breakpoint .* at
define walk
  tbreak $arg0
  continue
  set $steps = 0
  set $return = $lr & ~1
  while $pc != $return && $steps < 40
    stepi
    set $steps = $steps + 1
  end
  print $steps
end
walk *atomic_arm
print word
walk *atomic_thumb
print word
walk *conditional
print $r0
print $r1
walk *conditional
print $r0
walk *call_arm
print $r0 > 1
walk *call_thumb
print $r0 > 1
walk *branches
print $r0
continue
