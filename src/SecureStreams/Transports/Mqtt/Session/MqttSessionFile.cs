using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;

namespace SecureStreams.Transports.Mqtt.Session;

/// <summary>
/// The state of a session in a file of the folder of state: a head that says whose it is, then records (<see cref="MqttSessionEncoder"/>), appended in one write for each
/// <see cref="Commit"/>. When the file has grown to twice the state, it is written anew beside itself, synced, and renamed.
/// </summary>
/// <remarks>
/// <para>
/// What is promised: a process may die at any moment, by any signal, and the next one has the state of the last commit, before which nothing was said to the broker. Not promised: the same of a machine
/// that loses power or of a kernel that stops, since a commit is not synced; what is lost then are the last seconds, never the file, which is synced when it is written anew and when it
/// is closed.
/// </para>
/// <para>
/// Nothing that is wrong with a file keeps a program from running. What is damaged counts up to the damage (<see cref="Damage"/>); what cannot be written is removed, since to begin with an
/// outdated state would lose and double messages, and the session goes on in memory (<see cref="Problem"/>) until writing it anew succeeds, which is tried now and then. Only a file that another
/// process is using is refused, for two with one client id would end each other's connections for ever.
/// </para>
/// <para>Files are 0600 in a folder 0700; payload, topics and properties are in it in the clear, credentials are not.</para>
/// </remarks>
internal sealed partial class MqttSessionFile : IMqttSessionStore
{
    /// <summary>The folder in the folder of state.</summary>
    public const string FolderName = "mqtt";

    /// <summary>A file is written anew when it has grown to twice the state, but not below this many bytes.</summary>
    public const long CompactFrom = 4 * 1024 * 1024;

    private const int FirstRetry = 64;
    private const int LastRetry = 64 * 1024;

    private readonly string _path;
    private readonly long _compactFrom;
    private readonly byte[] _identity;
    private readonly ILogger _logger;
    private readonly MqttSessionEncoder _gathered = new();
    private FileStream? _lock;
    private FileStream? _file;
    private long _length;
    private long _kept;
    private bool _isUnfinished;
    private long _compactAt;
    private int _untilRetry;
    private int _retryAfter = FirstRetry;
    private bool _isUntouchable;

    private MqttSessionFile(string path, string identity, ILogger logger, long compactFrom)
    {
        _path = path;
        _compactFrom = compactFrom;
        _identity = Encoding.UTF8.GetBytes(identity);
        _logger = logger;
    }

    /// <inheritdoc/>
    public bool IsKeeping => !_isUntouchable;

    /// <inheritdoc/>
    public string? Problem { get; private set; }

    /// <summary>What was wrong with the file when it was read, for operators: the session may have lost steps. Null for nothing.</summary>
    public string? Damage { get; private set; }

    /// <summary>Bytes of the file.</summary>
    public long Length => _length;

    /// <summary>Takes the file of a session for this process.</summary>
    /// <param name="stateFolder">The folder of state; made where it is not there.</param>
    /// <param name="identity">Whose session it is: endpoint and client id, no credentials. The same text is the same session. At most 64 KiB.</param>
    /// <param name="logger">Told what is wrong.</param>
    /// <param name="refusal">Why there is none: another process uses it. What to say to operators.</param>
    /// <param name="compactFrom">Instead of <see cref="CompactFrom"/>.</param>
    /// <returns>The store; null with a refusal. One that cannot be used keeps nothing and has a <see cref="Problem"/>.</returns>
    public static MqttSessionFile? TryOpen(string stateFolder, string identity, ILogger logger, out string? refusal, long compactFrom = CompactFrom)
    {
        refusal = null;
        var folder = Path.Combine(stateFolder, FolderName);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
        var store = new MqttSessionFile(Path.Combine(folder, $"{name}.session"), identity, logger, compactFrom);
        try
        {
            store.Lock();
        }
        catch (IOException error) when (IsInUse(error))
        {
            refusal = $"The session in '{store._path}' is in use by another context or process with the same endpoint and client id; a broker lets only one of them be connected. Give each its own mqtt_client_id or its own folder of state.";
            return null;
        }
        catch (Exception error) when (IsFailure(error))
        {
            store.Fail(error);
        }

        return store;
    }

    /// <inheritdoc/>
    public void Load(MqttSessionRestorer into)
    {
        if (Problem is not null)
            return;
        try
        {
            File.Delete(Unfinished);
            Read(into);
        }
        catch (Exception error) when (IsFailure(error))
        {
            // It may hold what this process cannot see, or be somebody else's work: it is not touched, whoever mends it decides.
            _isUntouchable = true;
            Problem = $"The session kept in '{_path}' cannot be used, and nothing is kept there: {error.Message}";
            MqttSessionLog.NotKept(_logger, Problem);
            return;
        }

        try
        {
            Cut();
        }
        catch (Exception error) when (IsFailure(error))
        {
            Fail(error);
        }
    }

    /// <inheritdoc/>
    public void Commit(MqttSession session)
    {
        if (Problem is not null && --_untilRetry > 0)
        {
            _gathered.Clear();
            return;
        }

        try
        {
            if (_file is null || _length + _gathered.Gathered.Length > _compactAt)
                Rewrite(session);
            else
                Append();
        }
        catch (Exception error) when (IsFailure(error))
        {
            // A disk that has no room for one record more may have it for the state alone, beside the old file or in its place.
            if (_file is null || !(TryRewrite(session) || TryReplace(session)))
                Fail(error);
        }
    }

    /// <inheritdoc/>
    public void Established() => _gathered.Established();

    /// <inheritdoc/>
    public void Held(ulong ticket, byte qos, bool retain, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload) =>
        _gathered.Held(ticket, qos, retain, topic, properties, payload);

    /// <inheritdoc/>
    public void Numbered(ulong ticket, ushort id) => _gathered.Numbered(ticket, id);

    /// <inheritdoc/>
    public void Released(ulong ticket) => _gathered.Released(ticket);

    /// <inheritdoc/>
    public void Settled(ulong ticket) => _gathered.Settled(ticket);

    /// <inheritdoc/>
    public void Accepted(ushort id) => _gathered.Accepted(id);

    /// <inheritdoc/>
    public void Forgotten(ushort id) => _gathered.Forgotten(id);

    /// <inheritdoc/>
    public void Subscribed(ReadOnlySpan<byte> filter, ReadOnlySpan<byte> streamType) => _gathered.Subscribed(filter, streamType);

    /// <inheritdoc/>
    public void Unsubscribed(ReadOnlySpan<byte> filter) => _gathered.Unsubscribed(filter);

    /// <inheritdoc/>
    public void Renewed() => _gathered.Renewed();

    /// <inheritdoc/>
    public void Ended() => _gathered.Ended();

    /// <summary>Syncs what was committed, and leaves the file to the next process.</summary>
    public void Dispose()
    {
        try
        {
            _file?.Flush(flushToDisk: true);
        }
        catch (Exception error) when (IsFailure(error))
        {
            MqttSessionLog.NotKept(_logger, $"'{_path}' cannot be synced: {error.Message}");
        }

        Close();
        _gathered.Dispose();
        _lock?.Dispose();
        _lock = null;
    }
}
