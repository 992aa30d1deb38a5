using System.Globalization;
using System.Text;
using System.Text.Json;
using SecureStreams.Interop.Probe.Flows;

namespace SecureStreams.Interop.Probe;

/// <summary>
/// Runs a <see cref="Flow"/>. Each line is one write of the system to the standard output: what was told before the process is killed outright is there. Ends with its input; a line of
/// it is a publisher with the number up to which it may publish, or anything else, which makes the flow stop publishing.
/// </summary>
internal static class FlowCommand
{
    public static async Task RunAsync(string json)
    {
        var output = Console.OpenStandardOutput();
        var gate = new Lock();
        var request = JsonSerializer.Deserialize<FlowRequest>(json)!;
        await using var flow = Flow.Open(request, Tell);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            if (line.Split(' ') is [var publisher, var number])
                flow.Permit(publisher, long.Parse(number, CultureInfo.InvariantCulture));
            else
                flow.Stop();
        }

        void Tell(FlowLine line)
        {
            var bytes = Encoding.UTF8.GetBytes(line + "\n");
            lock (gate)
                output.Write(bytes);
        }
    }
}
