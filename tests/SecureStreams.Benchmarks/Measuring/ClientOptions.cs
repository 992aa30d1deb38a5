using System.Globalization;
using SecureStreams.Benchmarks.Workloads;

namespace SecureStreams.Benchmarks.Measuring;

/// <summary>The command line of <c>client</c>.</summary>
internal sealed record ClientOptions
{
    /// <summary>What is measured, in this order.</summary>
    public required IReadOnlyList<Workload> Workloads { get; init; }

    /// <summary>How many times both sides are measured.</summary>
    public int Pairs { get; init; } = 11;

    /// <summary>Operations of a measurement, in percent of what the workload says.</summary>
    public int Scale { get; init; } = 100;

    /// <summary>
    /// How many measurements' worth of operations each side does before the first counts. On one core the compiler's last tier comes late, because it waits for a quiet
    /// moment: with too little both sides run at half their speed, and the side with more code of its own is further behind.
    /// </summary>
    public int WarmUp { get; init; } = 16;

    /// <summary>Whether both processes have both processors, instead of one core between them.</summary>
    public bool Free { get; init; }

    /// <summary>Whether sockets complete on the thread that waits for events, in both processes (<c>DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1</c>).</summary>
    public bool InlineCompletions { get; init; }

    /// <summary>Whether the bare side of h1 and h2 is an HttpClient as programs have it, instead of the platform's handler with nothing over it.</summary>
    public bool HttpClient { get; init; }

    /// <summary>One side alone, over and over: for profilers.</summary>
    public string? Only { get; init; }

    /// <summary>Where the figures go as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>Given by the parent process to the measuring one.</summary>
    public string? Peer { get; init; }

    /// <summary>Null when it cannot be understood.</summary>
    public static ClientOptions? Parse(ReadOnlySpan<string> args)
    {
        var workloads = new List<Workload>();
        var options = new ClientOptions { Workloads = workloads };
        for (var i = 0; i < args.Length; i++)
        {
            var word = args[i];
            if (word == "all")
                workloads.AddRange(WorkloadTable.All);
            else if (WorkloadTable.Find(word) is { } workload)
                workloads.Add(workload);
            else if (word == "--free")
                options = options with { Free = true };
            else if (word == "--inline")
                options = options with { InlineCompletions = true };
            else if (word == "--http-client")
                options = options with { HttpClient = true };
            else if (i + 1 == args.Length || options.With(word, args[++i]) is not { } next)
                return null;
            else
                options = next;
        }

        return workloads.Count == 0 ? null : options;
    }

    private ClientOptions? With(string option, string value) => option switch
    {
        "--json" => this with { JsonFile = value },
        "--peer" => this with { Peer = value },
        "--only" when value is "bare" or "streams" => this with { Only = value },
        "--pairs" when Number(value) is { } number => this with { Pairs = number },
        "--scale" when Number(value) is { } number => this with { Scale = number },
        "--warm-up" when Number(value) is { } number => this with { WarmUp = number },
        _ => null,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
