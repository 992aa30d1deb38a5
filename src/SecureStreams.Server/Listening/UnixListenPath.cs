using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SecureStreams.Network;

namespace SecureStreams.Server.Listening;

/// <summary>Binding a Unix socket: nobody but its owner ever gets at it before it has the mode of the policy, and what a dead server left behind does not keep the path.</summary>
internal static partial class UnixListenPath
{
    private const uint Unchanged = uint.MaxValue;

    /// <summary>Binds and listens.</summary>
    /// <param name="path">The path, or an abstract name with its <c>@</c>.</param>
    /// <param name="plan">What the policy says of it.</param>
    /// <exception cref="IOException">It cannot be had; the message says why and what mends it.</exception>
    public static Socket Listen(string path, ListenPlan plan)
    {
        var isAbstract = path.StartsWith('@');
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (isAbstract)
            {
                // It has neither mode nor owner: whoever knows the name may connect.
                socket.Bind(new UnixDomainSocketEndPoint('\0' + path[1..]));
            }
            else
            {
                RemoveStale(path, plan.RemovesStale);
                Bind(socket, path, plan);
            }

            socket.Listen(ListenDefaults.Backlog);
            return socket;
        }
        catch (Exception error)
        {
            socket.Dispose();
            if (error is SocketException refused)
                throw new IOException($"cannot listen on unix:{OperatorText.Clean(path)}: {Explain(refused)}", error);
            throw;
        }
    }

    private static string Explain(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "it is taken; end whoever listens there, or choose another endpoint",
        SocketError.AddressNotAvailable or SocketError.AccessDenied => $"its folder is not there or must not be written ({OperatorText.Clean(error.Message)}); make the folder, or choose another endpoint",
        _ => $"{OperatorText.Clean(error.Message)} ({error.SocketErrorCode})",
    };

    private static void Bind(Socket socket, string path, ListenPlan plan)
    {
        var isLinux = OperatingSystem.IsLinux();
        if (isLinux)
        {
            // The path gets the mode of the socket (unix(7)): so that there is no moment in which it has that of the umask.
            using var handle = new SafeFileHandle(socket.Handle, ownsHandle: false);
            File.SetUnixFileMode(handle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        socket.Bind(new UnixDomainSocketEndPoint(path));
        if (OperatingSystem.IsWindows())
            return;
        if (plan.UnixUser is not null || plan.UnixGroup is not null)
            ChangeOwner(path, plan);
        File.SetUnixFileMode(path, plan.UnixMode);
    }

    private static void ChangeOwner(string path, ListenPlan plan)
    {
        var user = plan.UnixUser is { } name ? IdOf("unix_user", name, "/etc/passwd", "user") : Unchanged;
        var group = plan.UnixGroup is { } other ? IdOf("unix_group", other, "/etc/group", "group") : Unchanged;
        if (ChangeOwner(path, user, group) == 0)
            return;
        throw new IOException(
            $"cannot give unix:{OperatorText.Clean(path)} to unix_user {plan.UnixUser ?? "(as it is)"} and unix_group {plan.UnixGroup ?? "(as it is)"}: {Marshal.GetLastPInvokeErrorMessage()}; "
            + "run as root, choose a group that this process is in, or leave them out");
    }

    private static uint IdOf(string attribute, string name, string file, string kind)
    {
        if (uint.TryParse(name, out var number))
            return number;

        // name:password:id:... in both files, passwd(5) and group(5).
        foreach (var line in File.ReadLines(file))
        {
            if (line.Split(':') is [var one, _, var id, ..] && one == name && uint.TryParse(id, out var found))
                return found;
        }

        throw new IOException($"{attribute} '{name}' is no {kind} in {file}; add it, or write its number");
    }

    /// <summary>Removes a socket that nobody listens on. Anything else stays, and binding says that it is taken.</summary>
    private static void RemoveStale(string path, bool mayRemove)
    {
        if (!File.Exists(path))
            return;
        if (!UnixSocketFile.IsSocket(path))
            throw new IOException($"cannot listen on unix:{OperatorText.Clean(path)}: a file that is no socket stands there, or one that must not be looked at; remove it, or choose another endpoint");
        if (!UnixSocketFile.IsStale(path))
            return; // Somebody is there; binding fails.
        if (!mayRemove)
            throw new IOException($"cannot listen on unix:{OperatorText.Clean(path)}: a socket that nobody listens on stands there, and unix_remove_stale is false; remove it, or set unix_remove_stale");
        File.Delete(path);
    }

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint user, uint group);
}
