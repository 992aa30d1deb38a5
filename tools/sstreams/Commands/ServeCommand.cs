using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using SecureStreams.Policy;
using SecureStreams.Tool.Serving;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams serve</c>: the arguments of serving server streamtypes.</summary>
internal static class ServeCommand
{
    private const int DefaultPrograms = 64;
    private const int LargestPrograms = 10_000;

    public static Command Create()
    {
        var streamTypes = new Argument<string[]>("STREAMTYPE") { Description = "Server streamtypes of the policy, in the order in which they are to listen.", Arity = ArgumentArity.OneOrMore };
        var shared = new StreamOptions();
        var echo = new Option<bool>("--echo") { Description = "Send back what is received: bodies, messages, bytes. What is done unless told." };
        var files = new Option<string?>("--files") { Description = "Over h1 and h2: answer GET and HEAD with the files of a folder.", HelpName = "DIR" };
        files.Validators.Add(static result =>
        {
            if (result.Tokens.Any(static token => token.Value.Length == 0))
                result.AddError("--files: the name of the folder is empty.");
        });
        var exec = new Option<string?>("--exec") { Description = "Run a program for each stream: what comes is its standard input, its standard output is sent. Without a shell.", HelpName = "CMD" };
        var most = new Option<int?>("--most-programs")
        {
            Description = $"With --exec: how many run at a time, {DefaultPrograms} unless given; who comes then is refused.",
            HelpName = "N",
            CustomParser = static result =>
            {
                var text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= LargestPrograms)
                    return number;
                result.AddError($"--most-programs needs a whole number from 1 to {LargestPrograms}, not '{text}'.");
                return null;
            },
        };
        var trace = new Option<bool>("--trace") { Description = "Tell every stream on standard error: who, what was asked, status, bytes, time, and why it ended if not as it should." };
        var follow = new FollowOptions();
        var json = new Option<bool>("--json") { Description = "Tell where it listens as JSON, in one line." };

        var command = new DetailedCommand("serve", "Serves server streamtypes until a signal comes: sends back what it receives, or answers with files, or with what a program says.", """
            Where it listens goes to standard output, and nothing else does. SIGINT (Ctrl+C) or SIGTERM ends it in order: no more is
            accepted, and what is under way may end; a second one ends that at once.

            Exit status: 0 ended in order; 1 an address is taken or cannot be had; 2 the arguments or the policy cannot be used, nothing
            listened; 130 and 143 ended at once by a second SIGINT or SIGTERM.

            Examples:
              sstreams serve inbox --policy server.json
              sstreams serve site --policy server.json --files public --trace
              sstreams serve inbox site --policy server.json --exec 'tr a-z A-Z' --json
              sstreams serve inbox --policy fleet.json --fetch-policy --state /var/lib/inbox --admin /run/inbox.sock
            """)
        {
            streamTypes,
        };
        shared.Policy.AddTo(command);
        foreach (var option in new Option[] { shared.Blob, echo, files, exec, most })
            command.Add(option);
        follow.AddTo(command, shared.Policy);
        command.Add(trace);
        command.Add(json);
        command.Validators.Add(result =>
        {
            if (new Option[] { echo, files, exec }.Count(option => result.GetResult(option) is not null) > 1)
                result.AddError("Give one of --echo, --files and --exec.");
            if (result.GetResult(most) is not null && result.GetResult(exec) is null)
                result.AddError("--most-programs belongs to --exec.");
            if (result.Given(streamTypes).GroupBy(static name => name).FirstOrDefault(static group => group.Skip(1).Any()) is { Key: var twice })
                result.AddError($"STREAMTYPE: '{twice}' is given twice.");
            if (shared.CountPipedBlobs(result) is > 0 and var piped && (piped > 1 || shared.Policy.ReadsStandardInput(result)))
                result.AddError("Standard input can be one blob (@-) or the policy (-), not several of them.");
        });
        command.SetAction(result => ServeSession.RunAsync(new ServeSettings
        {
            StreamTypes = [.. result.GetRequiredValue(streamTypes)],
            Policy = shared.Policy.Read(result, new PolicyLoadOptions()),
            Blobs = result.GetValue(shared.Blob) ?? [],
            Mode = result.GetValue(files) is not null ? ServeMode.Files : result.GetValue(exec) is not null ? ServeMode.Exec : ServeMode.Echo,
            Folder = result.GetValue(files),
            Command = result.GetValue(exec),
            MostPrograms = result.GetValue(most) ?? DefaultPrograms,
            Follow = follow.Read(result),
            Trace = result.GetValue(trace),
            Json = result.GetValue(json),
        }));
        return command;
    }
}
