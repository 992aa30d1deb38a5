using System.CommandLine;
using SecureStreams.Policy;
using SecureStreams.Tool.Looking;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams internet</c>: where this network leads.</summary>
internal static class InternetCommand
{
    public static Command Create()
    {
        var shared = new StreamOptions();
        var policy = shared.Policy;
        var json = new Option<bool>("--json") { Description = "One object for programs, with what an operator reads in it." };
        var command = new DetailedCommand("internet", "Finds out where this network leads, by the policy's streamtype captive_portal_detect.", """
            Standard output has one line: internet, captive portal, no internet or unknown, with the cause. What was seen, and from
            whom, goes to standard error. It ends within the streamtype's timeout_ms, or 3 s where it states none.

            Exit status: 0 the Internet; 3 a captive portal; 4 no Internet; 1 it cannot be told; 2 the arguments or the policy cannot
            be used, or it has no such streamtype; 130 and 143 ended by SIGINT and SIGTERM.

            Examples:
              sstreams internet --policy portal.json
              sstreams internet --policy portal.json --overlay dead.json
            """);
        policy.AddTo(command);
        command.Add(shared.Blob);
        command.Add(shared.Faults);
        command.Add(json);
        command.Validators.Add(result =>
        {
            var piped = shared.CountPipedBlobs(result);
            if (piped > 1 || (piped > 0 && policy.ReadsStandardInput(result)))
                result.AddError("Standard input can be one blob (@-) or the policy (-), not several of them.");
        });
        command.SetAction(result => InternetSession.RunAsync(new InternetSettings
        {
            Policy = policy.Read(result, new PolicyLoadOptions()),
            Blobs = result.GetValue(shared.Blob) ?? [],
            Faults = result.GetValue(shared.Faults),
            Json = result.GetValue(json),
        }));
        return command;
    }
}
