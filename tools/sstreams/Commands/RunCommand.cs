using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
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
            Description = "What to send: text, @FILE for a file, - for standard input as it comes.",
            HelpName = "TEXT|@FILE|-",
        };
        data.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value == "@"))
                result.AddError("--data @FILE: the file name is empty.");
        });
        var lines = new Option<bool>("--lines") { Description = "Over ws and mqtt: each line of the data is a message, and each message received is written as a line." };
        var receive = new Option<int?>("--receive") { Description = "Over ws and mqtt: done when so many messages have been received. Without it the peer ends the run.", HelpName = "N" };
        receive.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !(int.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0))
                result.AddError($"--receive needs a whole number from 1 to {int.MaxValue}, not '{token.Value}'.");
        });
        var trace = new Option<bool>("--trace") { Description = "Tell every state, every piece received or sent, how long each phase of a connection took, and all that is known about each failure." };
        var follow = new FollowOptions();
        var timeout = StreamOptions.Seconds("--timeout", "Give up after so many seconds, decimals allowed. Without it the policy alone decides.");

        var command = new DetailedCommand("run", "Creates a stream of a streamtype, sends the data if there is any, and writes what is received to standard output, byte for byte.", """
            What happens on the way, failures with their cause and retries, goes to standard error.

            A transaction ends by itself. Over raw the end of the data ends this side, and the run ends with the peer's; over ws it
            ends after --receive messages, or when the peer closes. Over mqtt it ends when all is sent, and acknowledged with mqtt_qos 1
            and 2, unless the streamtype subscribes: then after --receive messages, or when it is interrupted.

            Exit status: 0 acknowledged, or ended as it should; 1 refused, failed or timed out; 2 the arguments or the policy cannot be used;
            130 and 143 ended by SIGINT and SIGTERM; 141 the reader of standard output went away.

            Examples:
              sstreams run page --policy demo.json > page.html
              sstreams run report --policy demo.json --metadata device=7 --data '{"ok":true}'
              sstreams run upload --policy demo.json --data @image.bin --trace
              sstreams run page --policy demo.json --blob DEVICE_SERIAL=@serial.txt
              cat report.txt | sstreams run report --policy demo.json --data -
              sstreams run feed --policy fleet.json --fetch-policy --state /var/lib/feed --admin /run/feed.sock
            """)
        {
            streamType,
        };
        policy.AddTo(command);
        foreach (var option in new Option[] { shared.Metadata, shared.Blob, data, lines, receive })
            command.Add(option);
        follow.AddTo(command, policy);
        foreach (var option in new Option[] { trace, shared.Faults, timeout })
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
            Lines = result.GetValue(lines),
            Receive = result.GetValue(receive),
            Trace = result.GetValue(trace),
            Faults = result.GetValue(shared.Faults),
            Follow = follow.Read(result),
            Timeout = result.GetValue(timeout),
        }));
        return command;
    }
}
