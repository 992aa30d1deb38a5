using System.CommandLine;
using System.CommandLine.Parsing;
using SecureStreams.Policy;
using SecureStreams.Tool.Running;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams run</c>: the arguments of one run of one streamtype.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var streamType = new Argument<string>("STREAMTYPE") { Description = "A client streamtype of the policy." };
        var shared = new StreamOptions();
        var policy = shared.Policy;
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
        var timeout = StreamOptions.Seconds("--timeout", "Give up after so many seconds, decimals allowed. Without it the policy alone decides.");

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
        foreach (var option in new Option[] { shared.Metadata, shared.Blob, data, trace, timeout })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (policy.ReadsStandardInput(result) && result.Given(data).Contains(RequestBody.StandardInput))
                result.AddError("Standard input (-) can be the policy or the data, not both.");
            var piped = shared.CountPipedBlobs(result);
            if (piped > 0 && (piped > 1 || policy.ReadsStandardInput(result) || result.Given(data).Contains(RequestBody.StandardInput)))
                result.AddError("Standard input can be one blob (@-), or the policy or the data (-), not several of them.");
        });
        command.SetAction(result => RunSession.RunAsync(new RunSettings
        {
            StreamType = result.GetRequiredValue(streamType),
            Policy = policy.Read(result, new PolicyLoadOptions()),
            Metadata = result.GetValue(shared.Metadata) ?? [],
            Blobs = result.GetValue(shared.Blob) ?? [],
            Data = result.GetValue(data),
            Trace = result.GetValue(trace),
            Timeout = result.GetValue(timeout),
        }));
        return command;
    }
}
