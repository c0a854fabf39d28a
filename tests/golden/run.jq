# jq -n -f run.jq: a run made up from formulas, the same every time, with data for every chart.
# Prints run.json, then the lines of trials.jsonl. --argjson hostile true puts hostile text where a run may have any.
def base: {task: "scan", method: "stream", runner: "inprocess", source: "disk", destination: "", cache: "warm",
  policy: "none", alignment: "page", consumption: "digest", durability: "none", destination_state: "none",
  distribution: "none", offsets: "none", file_size_bytes: 1048576, files: 8, block_size_bytes: 262144, buffers: 0,
  threads: 1, operations: 0, compute_ns_per_kib: 0, replica: 0, pressure_percent: 0};
def methods: {stream: 100, mmap: 60, mmb: 80, uring: 90, pread: 101, readv: 104, uncached: 130, direct: 240, aio: 250, sendfile: 45, splice: 50};
def hostile_text: "\"'`touch canary`</script><script>canary()</script><img src=x onerror=canary()>\n\u202e\u05d0\u0301 %s %n $(touch canary)";
def sizes($m): . as $p | [65536, 1048576, 67108864][] as $s | $m[] as $n | $p + {method: $n, file_size_bytes: $s, files: (if $s > 8388608 then 1 else 8 end)};
def lookups: base + {task: "lookup", method: "pread", file_size_bytes: 67108864, files: 1, operations: 1000, block_size_bytes: 4096,
  distribution: "uniform", offsets: "aligned", consumption: "digest"};
def points: [
  (base | sizes(["stream", "mmap", "mmb", "uring", "pread", "readv", "uncached", "direct", "aio"])),
  (base + {source: "tmpfs"} | sizes(["stream", "mmap", "mmb", "uring"])),
  (base + {task: "send", source: "disk", destination: "tcp", consumption: "none"} | sizes(["stream", "sendfile", "splice"])),
  (base + {method: "mmb", file_size_bytes: 67108864, files: 1} | [1, 2, 4][] as $n | [16384, 65536, 262144][] as $b | . + {buffers: $n, block_size_bytes: $b}),
  (base + {file_size_bytes: 67108864, files: 1} | [16384, 65536][] as $b | . + {block_size_bytes: $b}),
  (base + {method: "mmap", file_size_bytes: 67108864, files: 1} | ["populate", "willneed"][] as $p | . + {policy: $p}),
  (base + {file_size_bytes: 67108864, files: 1} | [2, 4][] as $t | ["stream", "mmap"][] as $m | . + {threads: $t, method: $m}),
  (base + {file_size_bytes: 67108864, files: 1} | [200, 1000][] as $c | ["stream", "mmap"][] as $m | . + {compute_ns_per_kib: $c, method: $m}),
  (lookups | ["warm", "cold"][] as $c | ["pread", "mmap", "direct"][] as $m | . + {cache: $c, method: $m}),
  (lookups + {cache: "pressured"} | [200, 100, 50, 25][] as $q | ["pread", "mmap"][] as $m | . + {pressure_percent: $q, method: $m})]
  | unique_by([.task, .source, .destination, .cache, .pressure_percent, .threads, .compute_ns_per_kib, .file_size_bytes, .method, .block_size_bytes, .buffers, .policy]);
def baseline: {scan: "stream", send: "stream", lookup: "pread"}[.task];
def group: [.task, .source, .destination, .cache, .file_size_bytes, .threads, .compute_ns_per_kib, .pressure_percent];
def bytes: if .operations > 0 then .operations * .block_size_bytes else .files * .file_size_bytes end;
# ns a pass: fixed cost, bytes at the method's price, computation, and what memory does not hold.
def time: (methods[.method] * (if .source == "tmpfs" and .method != "stream" then 1.6 else 1 end)
    * (if .method == "mmap" and .file_size_bytes < 100000 then 3 else 1 end)
    * (if .policy == "populate" then 0.9 else 1 end)
    * (1 + 32768 / .block_size_bytes * (if .task == "lookup" then 0 else 1 end)) / ([.threads, 2] | min)
    * (if .cache == "cold" then 20 else 1 end)
    * (if .cache == "pressured" then (200 / .pressure_percent) * (if .method == "mmap" then 200 / .pressure_percent else 1 end) else 1 end)
    + (if .compute_ns_per_kib > 0 then .compute_ns_per_kib * (if .method == "mmap" then 0.4 else 1 end) else 0 end)) * bytes / 1024 + 20000;
def noise($i; $b): 1 + (((($i * 7919 + $b * 104729) % 1000) - 500) / 25000);
def amplified: if .cache != "cold" and .cache != "pressured" then 0 elif .method == "mmap" then 16 else 1 end;
(points | to_entries) as $list
| ($list | map(.value | group) | unique) as $groups
| ($list | map(.value as $p | select($p.method == ($p | baseline)) | {key: ([$p | group, $p.block_size_bytes] | tojson), value: .key}) | from_entries) as $with_block
| ($list | map(.value as $p | select($p.method == ($p | baseline) and $p.block_size_bytes == (if $p.task == "lookup" then 4096 else 262144 end)) | {key: ($p | group | tojson), value: .key}) | from_entries) as $plain
| {schema: 1, name: "golden", description: (if $hostile then hostile_text else "A run from formulas." end), seed: 1, budget_ns: 60000000000,
   config: {schema: 1, description: (if $hostile then hostile_text else "" end)},
   started_utc: "2026-01-01T00:00:00Z", finished_utc: "2026-01-01T00:01:00Z", state: "complete",
   environment: {host: (if $hostile then hostile_text * 40 else "golden" end), kernel: (if $hostile then hostile_text else "6.1" end), cpu_model: (if $hostile then "x" * 4096 else "a CPU" end), cpus: 2, memory_bytes: 1073741824, virtualisation: "none", boot_id: "b"},
   build: {version: "0", commit: (if $hostile then hostile_text else "c" end)},
   targets: {disk: {type: "directory", file_system: (if $hostile then hostile_text else "ext4" end), available: true, reason: null}},
   points: ($list | map(.key as $i | .value as $p | $p + {group: ($groups | index([$p | group])),
     baseline: (if $p.method == ($p | baseline) then null
       else $with_block[[$p | group, $p.block_size_bytes] | tojson] // $plain[$p | group | tojson] end), supported: ($p.method != "aio" or ($hostile | not)), reason: (if $hostile and $p.method == "aio" then hostile_text else null end)})),
   left_out: (if $hostile then [hostile_text] else [] end)}
, (range(0; 12) as $b | $list[] | select(($hostile and .value.method == "aio") | not) | .key as $i | .value as $p | ($p | time * noise($i; $b) | floor) as $t | ($p | bytes) as $bytes
  | $p + {schema: 1, point: $i, block: $b, order: $i, attempt: 1, started_utc: "2026-01-01T00:00:00Z", valid: true, void_reason: null, exit: "0",
      setup_ns: 10000, transfer_ns: ($t - 15000), teardown_ns: 5000, cycles: 1, bytes: $bytes, distinct_bytes: $bytes,
      cpu_ns: ($t * (if $p.method == "direct" then 0.3 else 0.9 end) | floor), sink_cpu_ns: 0, minor_faults: 8, major_faults: 0,
      process_read_bytes: ($bytes * ($p | amplified)), digest: "00", peak_rss_bytes: 4194304,
      latency_p50_ns: (if $p.operations > 0 then 500 else null end), latency_p99_ns: (if $p.operations > 0 then 1000 * methods[$p.method] else null end),
      latencies: (if $p.operations > 0 then [range(1; 40) | [. * . * methods[$p.method], (40 - .) * (40 - .)]] else null end)}),
  ($list[0].value + {schema: 1, point: 0, block: 12, order: 0, attempt: 1, valid: false,
     void_reason: (if $hostile then hostile_text else "made void" end), exit: "1"})
