using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams run</c>: the arguments of one run of one streamtype.</summary>
internal static class RunCommand
{
    // Beyond it timers of the platform end; nobody waits for seven weeks.
    private const double LongestTimeoutSeconds = 4_000_000;

    public static Command Create()
    {
        var streamType = new Argument<string>("STREAMTYPE") { Description = "A client streamtype of the policy." };
        var policy = new PolicyFileOptions { Policy = { Required = true } };
        var metadata = new Option<Dictionary<string, string>>("--metadata")
        {
            Description = "Sets a metadata value that the streamtype declares; may be repeated. Split at the first =.",
            HelpName = "NAME=VALUE",
            CustomParser = ParseMetadata,
        };
        var blob = new Option<List<BlobArgument>>("--blob")
        {
            Description = "Gives the policy a secret or fact that it names; may be repeated. @FILE reads a file, @- standard input. Text shows in the process list and the shell's history.",
            HelpName = "NAME=@FILE|@-|TEXT",
            CustomParser = ParseBlobs,
        };
        var data = new Option<string?>("--data")
        {
            Description = "The body to send: text, @FILE for a file, - for standard input as it comes.",
            HelpName = "TEXT|@FILE|-",
        };
        data.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value == "@"))
                result.AddError("--data @FILE: the file name is empty.");
        });
        var trace = new Option<bool>("--trace") { Description = "Tell every state, every piece received or sent, and all that is known about each failure." };
        var timeout = new Option<TimeSpan?>("--timeout")
        {
            Description = "Give up after so many seconds, decimals allowed. Without it the policy alone decides.",
            HelpName = "SECONDS",
            CustomParser = ParseSeconds,
        };

        var command = new DetailedCommand("run", "Creates a stream of a streamtype, sends the data if there is any, and writes what is received to standard output, byte for byte.", """
            What happens on the way, failures with their cause and retries, goes to standard error.

            Exit status: 0 acknowledged; 1 refused, failed or timed out; 2 the arguments or the policy cannot be used;
            130 and 143 ended by SIGINT and SIGTERM; 141 the reader of standard output went away.

            Examples:
              sstreams run page --policy demo.json > page.html
              sstreams run report --policy demo.json --metadata device=7 --data '{"ok":true}'
              sstreams run upload --policy demo.json --data @image.bin --trace
              sstreams run page --policy demo.json --blob DEVICE_SERIAL=@serial.txt
              cat report.txt | sstreams run report --policy demo.json --data -
            """)
        {
            streamType,
        };
        policy.AddTo(command);
        foreach (var option in new Option[] { metadata, blob, data, trace, timeout })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (policy.ReadsStandardInput(result) && result.Given(data).Contains(RequestBody.StandardInput))
                result.AddError("Standard input (-) can be the policy or the data, not both.");
            var piped = result.Given(blob).Count(static one => one.EndsWith('=' + BlobArgument.StandardInput, StringComparison.Ordinal));
            if (piped > 0 && (piped > 1 || policy.ReadsStandardInput(result) || result.Given(data).Contains(RequestBody.StandardInput)))
                result.AddError("Standard input can be one blob (@-), or the policy or the data (-), not several of them.");
        });
        command.SetAction(result => RunSession.RunAsync(new RunSettings
        {
            StreamType = result.GetRequiredValue(streamType),
            Policy = policy.Read(result, new PolicyLoadOptions()),
            Metadata = result.GetValue(metadata) ?? [],
            Blobs = result.GetValue(blob) ?? [],
            Data = result.GetValue(data),
            Trace = result.GetValue(trace),
            Timeout = result.GetValue(timeout),
        }));
        return command;
    }

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

    private static TimeSpan? ParseSeconds(ArgumentResult result)
    {
        var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0.001 and <= LongestTimeoutSeconds)
            return TimeSpan.FromSeconds(seconds);
        result.AddError($"--timeout needs seconds, 0.001 to {LongestTimeoutSeconds:0}, not '{text}'.");
        return null;
    }
}
