using System.CommandLine;
using SecureStreams.Tool.Administering;

namespace SecureStreams.Tool.Commands;

/// <summary><c>sstreams status</c>: what a process that runs does.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var admin = new Option<string?>("--admin") { Description = "The admin socket of the process.", HelpName = "SOCKET", Required = true }.RefuseEmpty();
        var explain = new Option<bool>("--explain") { Description = "Tell all that is known of each stream." };
        var format = Validation.Format(OutputFormat.Text, OutputFormat.Json);
        var command = new DetailedCommand("status", "Tells what a process that runs does: policy, listeners, streams.", """
            The process listens on a Unix socket: sstreams serve --admin SOCKET, or SsContextOptions.AdminSocket in code. It lets in the
            user that it runs as, and root.

            Exit status: 0; 2 nobody answers there.

            Examples:
              sstreams status --admin /run/inbox.sock
              sstreams status --admin /run/inbox.sock --explain --format json
            """);
        foreach (var option in new Option[] { admin, explain, format })
            command.Add(option);
        command.SetAction(result => Interruptible.RunAsync(cancellation => StatusSession.RunAsync(
            result.GetRequiredValue(admin)!, result.GetValue(explain), result.GetValue(format) == OutputFormat.Json, cancellation)));
        return command;
    }
}
