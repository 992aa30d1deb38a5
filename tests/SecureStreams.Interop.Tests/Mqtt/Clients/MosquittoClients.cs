using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using SecureStreams.Interop.Tests.Mqtt.Brokers;
using SecureStreams.Interop.Tests.Peers;
using SecureStreams.Interop.Tests.Programs;
using SecureStreams.TestSupport.Certificates;
using SecureStreams.TestSupport.Checks;

namespace SecureStreams.Interop.Tests.Mqtt.Clients;

/// <summary>mosquitto_pub and mosquitto_sub: the broker's own clients.</summary>
internal static class MosquittoClients
{
    /// <summary>Publishes with mosquitto_pub, which ends when the broker has acknowledged.</summary>
    /// <param name="port">The broker's.</param>
    /// <param name="arguments">Its arguments besides host and port, such as <c>-t a/b -m text -q 1 -r</c>.</param>
    public static Task PublishAsync(int port, params string[] arguments) => SystemCommand.RunAsync(Find("mosquitto_pub"), ["-h", "127.0.0.1", "-p", Text(port), .. arguments]);

    /// <summary>Publishes a file.</summary>
    public static Task PublishFileAsync(int port, string topic, string file, int qos) => PublishAsync(port, "-t", topic, "-f", file, "-q", Text(qos));

    /// <summary>Starts mosquitto_sub, and waits until <paramref name="broker"/> has granted its subscription.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="filter">What it subscribes to.</param>
    /// <param name="qos">With which QoS.</param>
    /// <param name="arguments">More of its arguments.</param>
    public static async Task<MosquittoSubscriber> SubscribeAsync(MosquittoBroker broker, string filter, int qos, params string[] arguments)
    {
        var id = MosquittoFixture.Unique("sub");
        var subscriber = MosquittoSubscriber.Start(Find("mosquitto_sub"), ["-h", "127.0.0.1", "-p", Text(broker.Ports.Plain), "-i", id, "-t", filter, "-q", Text(qos), .. arguments]);
        await broker.WaitForLogAsync($"Sending SUBACK to {id}");
        return subscriber;
    }

    /// <summary>
    /// Receives one message with mosquitto_sub, and gives the hash of its payload in lower-case hex. <paramref name="publish"/> is called when the broker has granted the subscription.
    /// </summary>
    public static async Task<(int Length, string Sha256)> ReceiveOneAsync(MosquittoBroker broker, string topic, int qos, Func<Task> publish)
    {
        var id = MosquittoFixture.Unique("one");
        using var process = Process.Start(new ProcessStartInfo(
            Find("mosquitto_sub"), ["-h", "127.0.0.1", "-p", Text(broker.Ports.Plain), "-i", id, "-t", topic, "-q", Text(qos), "-C", "1", "-N"]) { RedirectStandardOutput = true })!;
        try
        {
            var reading = ReadAsync(process);
            await broker.WaitForLogAsync($"Sending SUBACK to {id}");
            await publish();
            return await reading.OrFail(broker.Describe);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>The arguments for TLS with a certificate of this authority's, where <paramref name="identity"/> is one.</summary>
    public static string[] TlsArguments(string directory, TestCertificate? identity)
    {
        var authority = Path.Combine(directory, "authority.pem");
        File.WriteAllText(authority, TestCertificates.Authority.Pem);
        if (identity is null)
            return ["--cafile", authority];
        var (certificate, key) = identity.WritePem(directory, "identity");
        return ["--cafile", authority, "--cert", certificate, "--key", key];
    }

    private static async Task<(int Length, string Sha256)> ReadAsync(Process process)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[64 * 1024];
        var length = 0;
        while (await process.StandardOutput.BaseStream.ReadAsync(buffer) is > 0 and var count)
        {
            hash.AppendData(buffer, 0, count);
            length += count;
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static string Find(string program) => Peer.Find(program) ?? throw Peer.Absent(program, "mosquitto-clients");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
