using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Commands;

/// <summary>What commands that make streams have in common: <c>--policy</c>, <c>--overlay</c>, <c>--metadata</c>, <c>--blob</c>, <c>--timeout</c>.</summary>
internal sealed class StreamOptions
{
    // Beyond it timers of the platform end; nobody waits for seven weeks.
    private const double LongestTimeoutSeconds = 4_000_000;

    public PolicyFileOptions Policy { get; } = new() { Policy = { Required = true } };

    public Option<Dictionary<string, string>> Metadata { get; } = new("--metadata")
    {
        Description = "Sets a metadata value that the streamtype declares; may be repeated. Split at the first =.",
        HelpName = "NAME=VALUE",
        CustomParser = ParseMetadata,
    };

    public Option<List<BlobArgument>> Blob { get; } = new("--blob")
    {
        Description = "Gives the policy a secret or fact that it names; may be repeated. @FILE reads a file, @- standard input. Text shows in the process list and the shell's history.",
        HelpName = "NAME=@FILE|@-|TEXT",
        CustomParser = ParseBlobs,
    };

    public Option<bool> Faults { get; } = new("--faults") { Description = "Lets the policy inject the faults that it states (test_faults). Without it such a policy is refused." };

    /// <summary>An option whose value is seconds.</summary>
    public static Option<TimeSpan?> Seconds(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SECONDS",
        CustomParser = result => ParseSeconds(name, result),
    };

    /// <summary>How many of the blobs are standard input.</summary>
    public int CountPipedBlobs(SymbolResult result) => result.Given(Blob).Count(static one => one.EndsWith('=' + BlobArgument.StandardInput, StringComparison.Ordinal));

    /// <summary>The files that blobs are read from.</summary>
    public IEnumerable<string> BlobFiles(SymbolResult result) => result.Given(Blob)
        .Select(static one => new BlobArgument("", one[(one.IndexOf('=', StringComparison.Ordinal) + 1)..]))
        .Where(static blob => blob.Value != BlobArgument.StandardInput)
        .Select(static blob => blob.File)
        .OfType<string>();

    private static Dictionary<string, string> ParseMetadata(ArgumentResult result)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var token in result.Tokens)
        {
            var at = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
                result.AddError($"--metadata needs NAME=VALUE, not '{token.Value}'.");
            else if (!values.TryAdd(token.Value[..at], token.Value[(at + 1)..]))
                result.AddError($"--metadata gives '{token.Value[..at]}' twice.");
        }

        return values;
    }

    // A word that is no NAME=VALUE may be a secret that lacks its name, so that none is quoted.
    private static List<BlobArgument> ParseBlobs(ArgumentResult result)
    {
        var blobs = new List<BlobArgument>();
        foreach (var token in result.Tokens)
        {
            var at = token.Value.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                result.AddError("--blob needs NAME=@FILE, NAME=@- or NAME=TEXT.");
                continue;
            }

            var blob = new BlobArgument(token.Value[..at], token.Value[(at + 1)..]);
            if (!SsBlobNames.IsName(blob.Name))
                result.AddError($"--blob needs a name of 1 to {SsBlobNames.LongestName} letters, digits, '.', '_' and '-', which begins with no dot, before its first '='.");
            else if (blob.File is "")
                result.AddError($"--blob {blob.Name}=@FILE: the file name is empty.");
            else if (blobs.Exists(one => one.Name == blob.Name))
                result.AddError($"--blob gives '{blob.Name}' twice.");
            else
                blobs.Add(blob);
        }

        return blobs;
    }

    private static TimeSpan? ParseSeconds(string name, ArgumentResult result)
    {
        var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= LongestTimeoutSeconds)
            return TimeSpan.FromSeconds(seconds);
        result.AddError($"{name} needs seconds, 0.001 to {LongestTimeoutSeconds:0}, not '{text}'.");
        return null;
    }
}
