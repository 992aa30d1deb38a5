using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Tool.Benching;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams bench</c>: the arguments of one load on one streamtype.</summary>
internal static class BenchCommand
{
    private const int DefaultMessages = 10_000;
    private const int DefaultWarmUp = 1_000;
    private const int MostStreams = 100_000;
    private const int MostOutstanding = 100_000;
    private const int LargestSize = 1024 * 1024 * 1024;

    public static Command Create()
    {
        var streamType = new Argument<string>("STREAMTYPE") { Description = "A client streamtype of the policy." };
        var shared = new StreamOptions();
        var get = new Option<bool>("--get") { Description = "Transactions, one after the other on each stream. What h1 and h2 do unless told." };
        var echo = new Option<bool>("--echo") { Description = "Messages that the peer sends back, each measured until it is back. What other protocols do unless told." };
        var oneWay = new Option<bool>("--one-way") { Description = "Messages as fast as they go; the peer answers the last. Over mqtt the broker's acknowledgements count, with mqtt_qos 0 what was sent." };
        var messages = Number("--messages", $"How many are counted, all streams together; {DefaultMessages} unless given.", "N", 1, int.MaxValue);
        var duration = StreamOptions.Seconds("--duration", "How long is counted, instead of --messages.");
        var warmUp = Number("--warm-up", $"How many go before those that count, all streams together; {DefaultWarmUp} unless given.", "N", 0, int.MaxValue);
        var size = Number("--size", "Payload bytes of a message, 64 unless given; of a request's body, none unless given.", "BYTES", 0, LargestSize);
        var outstanding = Number("--outstanding", "With --echo: messages under way on a stream; 1 unless given.", "N", 1, MostOutstanding);
        var streams = Number("--streams", "How many streams; 1 unless given.", "N", 1, MostStreams);
        var timeout = StreamOptions.Seconds("--timeout", "Give up after so many seconds, decimals allowed, and tell how far it came.");
        var json = new Option<bool>("--json") { Description = "The figures as JSON." };
        var output = Validation.Output();

        var command = new DetailedCommand("bench", "Puts a load on the peer of a streamtype and measures it: rate, latency, processor time and allocation of each operation.", """
            The figures go to standard output. Connections that are lost on the way are made again as the policy says, and told with
            their cause. The peer must do its part: send each message back for --echo, answer the last one for --one-way.

            Exit status: 0 all was done; 1 not all of it, or the peer refused or answered wrongly; 2 the arguments or the policy
            cannot be used; 130 and 143 ended by SIGINT and SIGTERM, with the figures up to then.

            Examples:
              sstreams bench page --policy demo.json --messages 2000
              sstreams bench page --policy demo.json --streams 4 --duration 0.5 --json
              sstreams bench report --policy demo.json --metadata device=7 --size 512 --messages 500
            """)
        {
            streamType,
        };
        shared.Policy.AddTo(command);
        foreach (var option in new Option[] { shared.Metadata, shared.Blob, get, echo, oneWay, messages, duration, warmUp, size, outstanding, streams, timeout, json, output })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (new Option[] { get, echo, oneWay }.Count(option => result.GetResult(option) is not null) > 1)
                result.AddError("Give one of --get, --echo and --one-way.");
            if (result.GetResult(messages) is not null && result.GetResult(duration) is not null)
                result.AddError("Give --messages or --duration, not both.");
            if (result.GetResult(outstanding) is not null && result.GetResult(oneWay) is not null)
                result.AddError("--outstanding belongs to --echo: with --one-way nothing comes back that could be waited for.");
            if (shared.CountPipedBlobs(result) is > 0 and var piped && (piped > 1 || shared.Policy.ReadsStandardInput(result)))
                result.AddError("Standard input can be one blob (@-) or the policy (-), not several of them.");
            result.RefuseOverwriting(output, [.. shared.Policy.Given(result), .. shared.BlobFiles(result)]);
        });
        command.SetAction(result => BenchSession.RunAsync(new BenchSettings
        {
            StreamType = result.GetRequiredValue(streamType),
            Policy = shared.Policy.Read(result, new PolicyLoadOptions()),
            Metadata = result.GetValue(shared.Metadata) ?? [],
            Blobs = result.GetValue(shared.Blob) ?? [],
            Mode = result.GetValue(get) ? BenchMode.Get : result.GetValue(echo) ? BenchMode.Echo : result.GetValue(oneWay) ? BenchMode.OneWay : null,
            Messages = result.GetValue(duration) is null ? result.GetValue(messages) ?? DefaultMessages : null,
            Duration = result.GetValue(duration),
            WarmUp = result.GetValue(warmUp) ?? DefaultWarmUp,
            Size = result.GetValue(size),
            Outstanding = result.GetValue(outstanding) ?? 1,
            Streams = result.GetValue(streams) ?? 1,
            Timeout = result.GetValue(timeout),
            Json = result.GetValue(json),
            OutputFile = result.GetValue(output),
        }));
        return command;
    }

    private static Option<int?> Number(string name, string description, string helpName, int least, int most) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            result.AddError($"{name} needs a whole number from {least} to {most}, not '{text}'.");
            return null;
        },
    };
}
