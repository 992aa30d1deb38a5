using System.Globalization;
using System.Text.Json;

namespace SecureStreams.Interop.Probe.Crowds;

/// <summary>
/// The clients of a crowd, until its input ends. A line of it is <c>connect COUNT</c>, <c>talk PER_SECOND SECONDS</c> or <c>report</c>, and each is answered with a <see cref="CrowdReport"/>.
/// </summary>
internal static class CrowdCommand
{
    public static async Task RunAsync(string port, string pingSeconds)
    {
        await using var clients = new CrowdClients(Number(port), Number(pingSeconds));
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["connect", var count]:
                    await clients.ConnectAsync(Number(count));
                    break;
                case ["talk", var perSecond, var seconds]:
                    await clients.TalkAsync(Number(perSecond), Number(seconds));
                    break;
            }

            Console.WriteLine(JsonSerializer.Serialize(clients.Report()));
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
