using System.Globalization;

namespace SecureStreams.Benchmarks;

/// <summary>The command line.</summary>
internal sealed record BenchOptions
{
    public required string Workload { get; init; }

    /// <summary>How many times both sides are measured.</summary>
    public int Pairs { get; init; } = 11;

    /// <summary>Transactions of one measurement.</summary>
    public int Transactions { get; init; } = 20_000;

    /// <summary>
    /// Transactions of each side before the first measurement. On one core the compiler's last tier comes late, because it waits for a quiet moment: with a tenth
    /// of this both sides run at half their speed, and the side with more code of its own is further behind.
    /// </summary>
    public int WarmUp { get; init; } = 400_000;

    /// <summary>Where the figures go as JSON; null for nowhere.</summary>
    public string? JsonFile { get; init; }

    /// <summary>The server's port; 0 until there is a server. Given by the parent process to the measuring one.</summary>
    public int Port { get; init; }

    public bool Http2 => Workload == "http-get-h2";

    public static BenchOptions? Parse(string[] args)
    {
        if (args.Length == 0 || args.Length % 2 == 0)
            return null;

        var options = new BenchOptions { Workload = args[0] };
        for (var i = 1; i < args.Length; i += 2)
        {
            if (args[i] == "--json")
                options = options with { JsonFile = args[i + 1] };
            else if (!int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
                return null;
            else if (args[i] == "--pairs")
                options = options with { Pairs = number };
            else if (args[i] == "--transactions")
                options = options with { Transactions = number };
            else if (args[i] == "--warm-up")
                options = options with { WarmUp = number };
            else if (args[i] == "--port")
                options = options with { Port = number };
            else
                return null;
        }

        return options;
    }
}
