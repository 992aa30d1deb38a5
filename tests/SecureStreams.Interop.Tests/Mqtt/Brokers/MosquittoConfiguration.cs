using System.Security.Cryptography;
using System.Text;
using SecureStreams.TestSupport.Certificates;

namespace SecureStreams.Interop.Tests.Mqtt.Brokers;

/// <summary>Writes what mosquitto needs into a directory of its own.</summary>
internal static class MosquittoConfiguration
{
    // What mosquitto's own tool uses for the form "$7$": PBKDF2 with SHA-512.
    private const int Iterations = 101;
    private const int SaltBytes = 12;
    private const int HashBytes = 64;

    /// <summary>Writes certificates, the password file, the access list and the configuration, and returns the path of the latter.</summary>
    public static string Write(string directory, MosquittoPorts ports, string socket, MosquittoOptions options)
    {
        var (certificate, key) = TestCertificates.Server.WritePem(directory, "server");
        var authority = Path.Combine(directory, "trusted.crt");
        File.WriteAllText(authority, TestCertificates.Authority.Pem);
        var passwords = WritePassword(directory, MosquittoBroker.Password);
        var access = Path.Combine(directory, "access");
        File.WriteAllText(access, $"""
            user {MosquittoBroker.User}
            topic readwrite open/#
            topic read readonly/#
            topic write writeonly/#

            """);
        Directory.CreateDirectory(Path.Combine(directory, "kept"));

        var text = new StringBuilder();

        // As root, it would become a user that may not read a private temporary directory.
        if (Environment.IsPrivilegedProcess)
            text.Append("user root\n");
        text.Append($"""
            per_listener_settings true
            log_dest stderr
            log_timestamp false
            log_type {(options.LogsPackets ? "all" : "error\nlog_type warning\nlog_type notice\nlog_type information")}
            connection_messages true
            sys_interval 1
            persistence {(options.Persists ? "true" : "false")}
            persistence_location {directory}/kept/
            autosave_interval 0
            max_inflight_messages {options.MaxInFlight}
            max_queued_messages 1000000
            {options.More}

            """);
        var tls = $"""
            certfile {certificate}
            keyfile {key}

            """;
        const string Anybody = "allow_anonymous true\n";
        text.Append($"listener {ports.Plain} {options.Address}\n{Anybody}");
        text.Append($"listener {ports.Tls} {options.Address}\n{Anybody}{tls}");
        text.Append($"listener {ports.ClientCertificate} {options.Address}\n{tls}cafile {authority}\nrequire_certificate true\nuse_identity_as_username true\n");
        text.Append($"listener {ports.Guarded} {options.Address}\nallow_anonymous false\npassword_file {passwords}\nacl_file {access}\n");
        text.Append($"listener 0 {socket}\n{Anybody}");
        text.Append($"listener {ports.WebSocket} {options.Address}\nprotocol websockets\n{Anybody}");
        text.Append($"listener {ports.WebSocketTls} {options.Address}\nprotocol websockets\n{Anybody}{tls}");

        var path = Path.Combine(directory, "mosquitto.conf");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    /// <summary>Writes the password file, and returns its path.</summary>
    public static string WritePassword(string directory, string password)
    {
        var passwords = Path.Combine(directory, "passwords");
        File.WriteAllText(passwords, $"{MosquittoBroker.User}:{Hash(password)}\n");
        return passwords;
    }

    private static string Hash(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltBytes);
        var hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA512, HashBytes);
        return FormattableString.Invariant($"$7${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}");
    }
}
