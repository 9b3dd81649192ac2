using System.Buffers.Binary;
using System.Text;

namespace Ironhull.Machines.Acceptance;

/// <summary>
/// A program of a few hundred bytes (ELF, x86-64, static) that tries to run code which nothing has verified. It ends with
/// the error number of the attempt, or with 0 when the attempt succeeds. The image has no compiler and no interpreter
/// that could do the same.
/// </summary>
internal static class ProbeProgram
{
    /// <summary>What it writes to its standard output before anything else.</summary>
    public const string Greeting = "the probe runs";

    // Without arguments: copies /usr/bin/true into anonymous memory (memfd_create) and executes that.
    // With an argument: asks for memory that is writable and executable.
    private const ulong Base = 0x400000;
    private const int HeaderSize = 64 + 56;

    /// <summary>The file's bytes.</summary>
    public static byte[] Create()
    {
        var code = new Assembly();
        code.Bytes(0xBF, 1, 0, 0, 0);                      // mov edi, 1
        code.Address(0x35, "greeting");                    // lea rsi, [greeting]
        code.Bytes(0xBA, (byte)(Greeting.Length + 1), 0, 0, 0);
        code.SystemCall(1);                                // write
        code.Bytes(0x48, 0x83, 0x3C, 0x24, 1);             // cmp qword [rsp], 1 (argc)
        code.Jump(0x75, "anonymous");                      // jne
        code.Address(0x3D, "name");                        // lea rdi, [name]
        code.Bytes(0x31, 0xF6);                            // xor esi, esi
        code.SystemCall(319);                              // memfd_create
        code.Bytes(0x49, 0x89, 0xC4);                      // mov r12, rax
        code.Address(0x3D, "program");                     // lea rdi, [program]
        code.Bytes(0x31, 0xF6);                            // xor esi, esi: O_RDONLY
        code.SystemCall(2);                                // open
        code.Bytes(0x48, 0x89, 0xC6, 0x4C, 0x89, 0xE7);    // mov rsi, rax; mov rdi, r12
        code.Bytes(0x31, 0xD2);                            // xor edx, edx
        code.Bytes(0x41, 0xBA, 0, 0, 0x10, 0);             // mov r10d, 1 MiB
        code.SystemCall(40);                               // sendfile
        code.Bytes(0x4C, 0x89, 0xE7);                      // mov rdi, r12
        code.Address(0x35, "empty");                       // lea rsi, [empty]
        // A second argument, so that this program in /usr/bin/true's place does not do the same again: the first one over the end of the list.
        code.Bytes(0x48, 0x8B, 0x44, 0x24, 8);             // mov rax, [rsp + 8]
        code.Bytes(0x48, 0x89, 0x44, 0x24, 16);            // mov [rsp + 16], rax
        code.Bytes(0x48, 0x8D, 0x54, 0x24, 8);             // lea rdx, [rsp + 8] (argv)
        code.Bytes(0x45, 0x31, 0xD2);                      // xor r10d, r10d: no environment
        code.Bytes(0x41, 0xB8, 0, 0x10, 0, 0);             // mov r8d, AT_EMPTY_PATH
        code.SystemCall(322);                              // execveat
        code.Jump(0xEB, "end");                            // jmp
        code.Label("anonymous");
        code.Bytes(0x31, 0xFF);                            // xor edi, edi
        code.Bytes(0xBE, 0, 0x10, 0, 0);                   // mov esi, 4096
        code.Bytes(0xBA, 7, 0, 0, 0);                      // mov edx, PROT_READ | PROT_WRITE | PROT_EXEC
        code.Bytes(0x41, 0xBA, 0x22, 0, 0, 0);             // mov r10d, MAP_PRIVATE | MAP_ANONYMOUS
        code.Bytes(0x49, 0xC7, 0xC0, 0xFF, 0xFF, 0xFF, 0xFF); // mov r8, -1
        code.Bytes(0x45, 0x31, 0xC9);                      // xor r9d, r9d
        code.SystemCall(9);                                // mmap
        code.Label("end");
        code.Bytes(0x31, 0xFF);                            // xor edi, edi
        code.Bytes(0x48, 0x85, 0xC0);                      // test rax, rax
        code.Jump(0x79, "exit");                           // jns: an address, not an error
        code.Bytes(0x89, 0xC7, 0xF7, 0xDF);                // mov edi, eax; neg edi
        code.Label("exit");
        code.SystemCall(60);                               // exit
        code.Text("greeting", Greeting + "\n");
        code.Text("name", "probe\0");
        code.Text("program", "/usr/bin/true\0");
        code.Text("empty", "\0");
        return Elf(code.Finish());
    }

    private static byte[] Elf(byte[] code)
    {
        var file = new byte[HeaderSize + code.Length];
        var span = file.AsSpan();
        ((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]).CopyTo(span); // 64 bits, little-endian
        BinaryPrimitives.WriteUInt16LittleEndian(span[16..], 2);                  // ET_EXEC
        BinaryPrimitives.WriteUInt16LittleEndian(span[18..], 62);                 // x86-64
        BinaryPrimitives.WriteUInt32LittleEndian(span[20..], 1);
        BinaryPrimitives.WriteUInt64LittleEndian(span[24..], Base + HeaderSize);  // entry
        BinaryPrimitives.WriteUInt64LittleEndian(span[32..], 64);                 // program headers
        BinaryPrimitives.WriteUInt16LittleEndian(span[52..], 64);
        BinaryPrimitives.WriteUInt16LittleEndian(span[54..], 56);
        BinaryPrimitives.WriteUInt16LittleEndian(span[56..], 1);
        var segment = span[64..];
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);                     // PT_LOAD
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);                // readable, executable
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        code.CopyTo(span[HeaderSize..]);
        return file;
    }

    /// <summary>Machine code with labels that are filled in at the end.</summary>
    private sealed class Assembly
    {
        private readonly List<byte> _bytes = [];
        private readonly Dictionary<string, int> _labels = [];
        private readonly List<(int At, int Size, string Label)> _references = [];

        public void Bytes(params ReadOnlySpan<byte> bytes) => _bytes.AddRange(bytes);

        public void SystemCall(int number)
        {
            _bytes.Add(0xB8);                                                     // mov eax, number
            Number(number, 4);
            Bytes(0x0F, 0x05);
        }

        /// <summary>lea of a register, relative to the next instruction.</summary>
        public void Address(byte register, string label)
        {
            Bytes(0x48, 0x8D, register);
            Reference(label, 4);
        }

        public void Jump(byte operation, string label)
        {
            _bytes.Add(operation);
            Reference(label, 1);
        }

        public void Label(string label) => _labels.Add(label, _bytes.Count);

        public void Text(string label, string text)
        {
            Label(label);
            _bytes.AddRange(Encoding.ASCII.GetBytes(text));
        }

        public byte[] Finish()
        {
            var result = _bytes.ToArray();
            foreach (var (at, size, label) in _references)
            {
                var distance = _labels[label] - (at + size);
                if (size == 1)
                {
                    result[at] = unchecked((byte)checked((sbyte)distance));
                }
                else
                {
                    BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(at), distance);
                }
            }

            return result;
        }

        private void Reference(string label, int size)
        {
            _references.Add((_bytes.Count, size, label));
            Number(0, size);
        }

        private void Number(int value, int size)
        {
            for (var i = 0; i < size; i++)
            {
                _bytes.Add((byte)(value >> (8 * i)));
            }
        }
    }
}
