using System.Buffers.Binary;

namespace SecureStreams.Transports.Mqtt.Session;

/// <content>Reading and writing.</content>
internal sealed partial class MqttSessionFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int ReadBytes = 64 * 1024;

    // EWOULDBLOCK of Linux and of the BSDs, and the sharing violation of Windows.
    private const int WouldBlockLinux = 11;
    private const int WouldBlockBsd = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    private static ReadOnlySpan<byte> Magic => "SSMQTT1\n"u8;

    private string Unfinished => $"{_path}.new";

    private static bool IsFailure(Exception error) => error is IOException or UnauthorizedAccessException or SsBlobException or NotSupportedException;

    private static bool IsInUse(IOException error) => error.HResult is WouldBlockLinux or WouldBlockBsd or SharingViolation;

    private static FileStream Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = OwnerOnly;
        return new FileStream(path, options);
    }

    private long CompactAt(long length) => Math.Max(_compactFrom, 2 * length);

    /// <summary>Whose the file is: magic, bytes of the identity (4), identity. Compared as a whole, so that it needs no checksum.</summary>
    private byte[] MakeHead()
    {
        var head = new byte[Magic.Length + sizeof(int) + _identity.Length];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(Magic.Length), _identity.Length);
        _identity.CopyTo(head.AsSpan(Magic.Length + sizeof(int)));
        return head;
    }

    /// <summary>
    /// A file beside the session's, since that is replaced: it stays, empty, and its lock goes with the process.
    /// </summary>
    private void Lock()
    {
        BlobFile.PrepareFolder(Path.GetDirectoryName(Path.GetDirectoryName(_path))!);
        BlobFile.PrepareFolder(Path.GetDirectoryName(_path)!);
        _lock ??= Open($"{_path}.lock", FileMode.OpenOrCreate, FileShare.None);
    }

    /// <summary>Gives the session what is kept, and finds out how much of the file that is.</summary>
    private void Read(MqttSessionRestorer into)
    {
        if (new FileInfo(_path).LinkTarget is not null)
            throw new IOException($"'{_path}' is a symbolic link, which is not followed; put the file itself there, or remove it.");
        if (!File.Exists(_path))
            return;
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, ReadBytes);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(file.SafeFileHandle) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0)
            throw new IOException($"'{_path}' is open to others than its owner; see that nobody has changed it, then run: chmod 600 '{_path}'");
        _kept = file.Length;
        if (!TryReadHead(file))
            return;
        var head = file.Position;
        _length = head + MqttSessionDecoder.Replay(file, into, out _isUnfinished);
    }

    private bool TryReadHead(FileStream file)
    {
        var expected = MakeHead();
        var head = new byte[expected.Length];
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length && head.AsSpan().SequenceEqual(expected);
    }

    /// <summary>Makes the file end where what was read ends, and tells what was cut off. A file that never began is put aside.</summary>
    private void Cut()
    {
        if (_kept == 0)
            return;
        if (_length == 0)
        {
            var aside = $"{_path}.damaged";
            File.Move(_path, aside, overwrite: true);
            Damage = $"'{_path}' did not begin as the session of this client does; it was put aside as '{aside}' and the session begins anew. Messages that were in flight may be lost, or come twice.";
            MqttSessionLog.Damaged(_logger, Damage);
            return;
        }

        _file = Open(_path, FileMode.Open, FileShare.Read | FileShare.Delete);
        _compactAt = CompactAt(_length);
        if (_length == _kept)
            return;
        _file.SetLength(_length);
        if (_isUnfinished)
        {
            MqttSessionLog.TailCut(_logger, _path, _kept - _length);
            return;
        }

        Damage = $"'{_path}' was damaged after {_length} of its {_kept} bytes; the rest was cut off. Messages that were in flight then may be lost, or come twice.";
        MqttSessionLog.Damaged(_logger, Damage);
    }

    private void Append()
    {
        RandomAccess.Write(_file!.SafeFileHandle, _gathered.Gathered.Span, _length);
        _length += _gathered.Gathered.Length;
        _gathered.Clear();
    }

    /// <summary>The whole state, which has all steps that were gathered, in a new file that takes the place of the old one.</summary>
    private void Rewrite(MqttSession session)
    {
        Lock();
        _gathered.Clear();
        _gathered.AddRaw(MakeHead());
        session.Describe(_gathered);
        var file = Open(Unfinished, FileMode.Create, FileShare.Read | FileShare.Delete);
        try
        {
            RandomAccess.Write(file.SafeFileHandle, _gathered.Gathered.Span, 0);
            file.Flush(flushToDisk: true);
            File.Move(Unfinished, _path, overwrite: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        Close();
        _file = file;
        _length = _gathered.Gathered.Length;
        _compactAt = CompactAt(_length);
        _gathered.Clear();
        _retryAfter = FirstRetry;
        if (Problem is null)
            return;
        Problem = null;
        MqttSessionLog.KeptAgain(_logger, _path);
    }

    private bool TryRewrite(MqttSession session)
    {
        try
        {
            Rewrite(session);
            return true;
        }
        catch (Exception error) when (IsFailure(error))
        {
            // The first failure is told.
            return false;
        }
    }

    /// <summary>Without the old file, whose room the new one needs: a process that dies between the two keeps nothing, as it would if this were not tried.</summary>
    private bool TryReplace(MqttSession session)
    {
        Close();
        try
        {
            File.Delete(Unfinished);
            File.Delete(_path);
        }
        catch (Exception error) when (IsFailure(error))
        {
            // The first failure is told, and this one with it if it happens again.
            return false;
        }

        return TryRewrite(session);
    }

    /// <summary>On in memory, without a file that would be taken for the newest state; tried again, ever more rarely.</summary>
    private void Fail(Exception error)
    {
        Close();
        _gathered.Clear();
        _untilRetry = _retryAfter;
        _retryAfter = Math.Min(LastRetry, 2 * _retryAfter);
        var left = "";
        try
        {
            if (_lock is not null)
            {
                File.Delete(Unfinished);
                File.Delete(_path);
            }
        }
        catch (Exception second) when (IsFailure(second))
        {
            left = $" What it holds is outdated and could not be removed ({second.Message}); remove it before the program starts again.";
        }

        var isNew = Problem is null;
        Problem = $"'{_path}' cannot be written: {error.Message} The session goes on in memory, and it is tried again now and then.{left}";
        if (isNew)
            MqttSessionLog.NotKept(_logger, Problem);
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }
}
